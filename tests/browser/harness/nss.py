"""Puts an authority into a browser user's certificate store, as `certutil -A -t "C,,"` does: `python nss.py HOME AUTHORITY`.

Through NSS itself, which every Chromium brings along; its command-line tools are a package of their own. Run as a program, because
NSS keeps its one store open in a process.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from pathlib import Path

TRUSTED_CA = 0x8 | 0x10
"""CERTDB_VALID_CA and CERTDB_TRUSTED_CA: what certutil calls C."""


class Trust(ctypes.Structure):
    """CERTCertTrust: flags for servers, mail and programs."""

    _fields_ = [("servers", ctypes.c_uint), ("mail", ctypes.c_uint), ("programs", ctypes.c_uint)]


def trust(home: Path, authority: Path) -> None:
    """Make the store and put the authority in."""
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    nss, smime = (ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so") for name in ("nss3", "smime3"))
    nss.CERT_GetDefaultCertDB.restype = nss.PK11_GetInternalKeySlot.restype = smime.CERT_DecodeCertFromPackage.restype = ctypes.c_void_p
    smime.CERT_DecodeCertFromPackage.argtypes = [ctypes.c_char_p, ctypes.c_int]
    nss.PK11_InitPin.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
    nss.PK11_ImportCert.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int]
    nss.CERT_ChangeCertTrust.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Trust)]
    assert nss.NSS_InitReadWrite(f"sql:{folder}".encode()) == 0
    slot = nss.PK11_GetInternalKeySlot()
    nss.PK11_InitPin(slot, None, b"")
    pem = authority.read_bytes()
    found = smime.CERT_DecodeCertFromPackage(pem, len(pem))
    assert found
    assert nss.PK11_ImportCert(slot, found, 0, b"shopfloor", 0) == 0
    assert nss.CERT_ChangeCertTrust(nss.CERT_GetDefaultCertDB(), found, ctypes.byref(Trust(TRUSTED_CA, 0, 0))) == 0


if __name__ == "__main__":
    trust(Path(sys.argv[1]), Path(sys.argv[2]))
