# wheel.py FOLDER CANARY: makes the package sealhello as a wheel in FOLDER, by hand, for the tests of
# Python's package managers: a program that says whether it sees CANARY.
import base64, hashlib, sys, zipfile
folder, canary = sys.argv[1:]
info = "sealhello-1.0.dist-info/"
files = {
    "sealhello.py": f"import os\ndef main():\n    print('canary', os.path.exists({canary!r}))\n",
    info + "METADATA": "Metadata-Version: 2.1\nName: sealhello\nVersion: 1.0\n",
    info + "WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    info + "entry_points.txt": "[console_scripts]\nsealhello = sealhello:main\n",
}
def row(name, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
    return f"{name},sha256={digest.decode()},{len(text)}\n"
files[info + "RECORD"] = "".join(row(*f) for f in files.items()) + info + "RECORD,,\n"
with zipfile.ZipFile(folder + "/sealhello-1.0-py3-none-any.whl", "w") as z:
    for name, text in files.items():
        z.writestr(name, text)
