"""The plant's own authority and the certificate of this server: browsers give the camera only to pages that came over https (IMG-9).

`making` writes certificates, `files` keeps them in the data folder, `commands` decides when a new one is due, `machine` knows under
which names and addresses this machine is reached. The private keys leave their files for nobody but the server and `commands`.
"""
