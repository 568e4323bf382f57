"""People, their badges and rights, the stations they work at, and the settings of the company and the plant."""
