"""Pages of labels: what is printed, how it goes out, and the proof; command cards and badges."""
