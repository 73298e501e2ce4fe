"""Puts the Python files of one package into a folder: `python fetch_package.py NAME==VERSION FOLDER`.

Takes them from this interpreter's site-packages where that very version is installed, else from a wheel that pip downloads. Nothing of the package
is run. Prints where they came from; ends with 1 and one line on standard error where the package cannot be had.
"""

import importlib.metadata
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile


def main(requirement, folder):
    folder = pathlib.Path(folder)
    name, version = requirement.split("==")
    # What is half copied must not be taken for a package by a later run.
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        files = pathlib.Path(work) / "files"
        source = copy_installed(name, version, files) or unpack_wheel(requirement, pathlib.Path(work), files)
        files.rename(folder)
    print(source)


def copy_installed(name, version, files):
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    if distribution.version != version:
        return None
    for path in distribution.files or []:
        if path.suffix == ".py" and ".." not in path.parts:
            put(files, path, path.locate())
    return "installed" if files.exists() else None


def unpack_wheel(requirement, work, files):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(work), requirement]
    # Where there is no network, the first refusal is answer enough.
    done = subprocess.run(command + ["--retries", "0", "--timeout", "60"], capture_output=True, text=True)
    wheels = list(work.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        sys.exit(f"{requirement} cannot be had: {(errors or ['pip failed'])[-1].removeprefix('ERROR: ')}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        for entry in wheel.namelist():
            path = pathlib.PurePosixPath(entry)
            # Files that a wheel installs beside packages are no part of what is imported.
            if path.suffix != ".py" or ".." in path.parts or path.is_absolute() or path.parts[0].endswith(".data"):
                continue
            (files / path).parent.mkdir(parents=True, exist_ok=True)
            with wheel.open(entry) as source, open(files / path, "wb") as target:
                shutil.copyfileobj(source, target)
    files.mkdir(exist_ok=True)
    return wheels[0].name


def put(files, path, source):
    (files / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, files / path)


main(*sys.argv[1:])
