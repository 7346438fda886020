"""Packs `people.csv` into archives of every sort, by other programs than the one under test, into `archives`; special ones into `few`.

Zip comes from Info-ZIP (`zip`), 7-Zip (`7zz`) and `backports.zstd` (PyPI), 7z from 7-Zip, tar from GNU tar and `bsdtar`, compressed files from gzip,
bzip2, XZ Utils, Zstandard and LZ4, rar from `rars` (`cargo install rars-cli`; there is no other free writer of it).
bsdtar and unar read back what rars wrote, so that no fixture rests on its writer alone.

    python3 make_archives.py
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from backports.zstd import zipfile

from people import FEW, HERE

OUT = HERE / "archives"
PASSWORD = "开门opensesame"
# 7-Zip takes no other letters for a zip.
ASCII_PASSWORD = "opensesame"


def run(*command, cwd=None, out=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, stdout=out or subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command}: {done.stderr.decode()}")


def parts(folder: Path, n: int) -> list[str]:
    """The people in so many files with a header each."""
    head, *rows = (folder / "people.csv").read_bytes().splitlines(keepends=True)
    names = []
    for i in range(n):
        names.append(f"part{i + 1}of{n}.csv")
        (folder / names[-1]).write_bytes(head + b"".join(rows[i * len(rows) // n:(i + 1) * len(rows) // n]))
    return names


def compressed(folder: Path):
    """Each of the people, a tenth of the file a member or a stream where the format joins them."""
    for name, command in [("bzip2.bz2", ["bzip2", "-c"]), ("xz.xz", ["xz", "-c"]), ("zstd.zst", ["zstd", "-19", "-c"]),
                          ("lz4.lz4", ["lz4", "-9", "-c"])]:
        with open(OUT / name, "wb") as out:
            run(*command, "people.csv", cwd=folder, out=out)
    lines = (folder / "people.csv").read_bytes().splitlines(keepends=True)
    with open(OUT / "gzip.gz", "wb") as out:
        for start in range(0, len(lines), 500):
            done = subprocess.run(["gzip", "-9n"], input=b"".join(lines[start:start + 500]), stdout=subprocess.PIPE, check=True)
            out.write(done.stdout)


def tars(folder: Path):
    for name, program, form in [("gnu.tar.gz", "tar", "gnu"), ("bsd.tar.xz", "bsdtar", "pax")]:
        # A name of more than a hundred letters stands in a header of its own.
        long = folder / ("很长的名字" * 15)
        long.mkdir(exist_ok=True)
        shutil.copy(folder / "people.csv", long / "people.csv")
        run(program, f"--format={form}", "--numeric-owner", "-caf", OUT / name, "-C", folder, long.name)


def zips(folder: Path):
    run("zip", "-9X", OUT / "info-zip.zip", "people.csv", cwd=folder)
    methods = ["Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "xz"]
    names = parts(folder, len(methods) + 1)
    for name, method in zip(names, methods):
        run("7zz", "a", "-tzip", f"-mm={method}", OUT / "methods.zip", name, cwd=folder)
    with zipfile.ZipFile(OUT / "methods.zip", "a", zipfile.ZIP_ZSTANDARD) as archive:
        archive.write(folder / names[-1], names[-1])
    old, aes, other = parts(folder, 3)
    run("zip", "-9X", "-P", PASSWORD, OUT / "encrypted.zip", old, cwd=folder)
    run("7zz", "a", "-tzip", "-mem=AES256", f"-p{ASCII_PASSWORD}", OUT / "encrypted.zip", aes, cwd=folder)
    run("7zz", "a", "-tzip", "-mem=AES128", f"-p{ASCII_PASSWORD}", OUT / "encrypted.zip", other, cwd=folder)


def sevens(folder: Path):
    halves = parts(folder, 2)
    for name, options, files in [
        ("lzma2.7z", [], ["people.csv"]),
        ("solid.7z", ["-ms=on"], halves),
        ("encrypted.7z", [f"-p{PASSWORD}"], ["people.csv"]),
        ("hidden.7z", [f"-p{PASSWORD}", "-mhe=on"], halves),
    ]:
        run("7zz", "a", "-mtm=off", *options, OUT / name, *files, cwd=folder)
    methods = ["lzma", "PPMd", "BZip2", "Deflate", "Copy"]
    for name, method in zip(parts(folder, len(methods)), methods):
        run("7zz", "a", "-mtm=off", "-ms=off", f"-m0={method}", OUT / "methods.7z", name, cwd=folder)


def rars(folder: Path):
    halves = parts(folder, 2)
    for name, family, options, files in [
        ("rar4.rar", "rar29", [], ["people.csv"]),
        ("rar4-solid.rar", "rar29", ["--solid"], halves),
        ("rar4-encrypted.rar", "rar29", [f"--password={PASSWORD}"], ["people.csv"]),
        ("rar5.rar", "rar50", [], ["people.csv"]),
        ("rar5-solid.rar", "rar50", ["--solid"], halves),
        ("rar5-encrypted.rar", "rar50", [f"--password={PASSWORD}"], ["people.csv"]),
        ("rar5-hidden.rar", "rar50", [f"--password={PASSWORD}", "--encrypt-headers"], halves),
    ]:
        run("rars", "a", "--format", family, *options, OUT / name, *files, cwd=folder)
        if "encrypted" not in name and "hidden" not in name:
            read_back(folder, OUT / name, files)


def read_back(folder: Path, path: Path, files):
    """Another reader sees the same bytes: bsdtar for RAR 5, unar for RAR 4, each where it is the better one."""
    unpacked = folder / "unpacked"
    unpacked.mkdir(exist_ok=True)
    if path.name.startswith("rar5"):
        run("bsdtar", "-xf", path, "-C", unpacked)
    else:
        run("unar", "-q", "-f", "-D", "-o", unpacked, path)
    for name in files:
        if (unpacked / name).read_bytes() != (folder / name).read_bytes():
            raise SystemExit(f"{path}: {name} reads otherwise")


def nested(folder: Path):
    """A zip in a tar in a gzip file in a 7z."""
    shutil.copy(OUT / "info-zip.zip", folder / "inner.zip")
    run("tar", "-czf", "middle.tar.gz", "inner.zip", cwd=folder)
    run("7zz", "a", "-mtm=off", OUT / "nested.7z", "middle.tar.gz", cwd=folder)


def special(folder: Path):
    """A few people, to be cut and changed; the first of several volumes; 100 MiB of zeros."""
    shutil.copy(FEW / "people.csv", folder / "people.csv")
    halves = parts(folder, 2)
    for name, options, files in [("lzma2.7z", [], ["people.csv"]), ("solid.7z", ["-ms=on"], halves), ("ppmd.7z", ["-m0=PPMd"], ["people.csv"])]:
        run("7zz", "a", "-mtm=off", *options, folder / name, *files, cwd=folder)
        shutil.copy(folder / name, FEW / name)
    for name, options, files in [("rar5.rar", ["rar50"], ["people.csv"]), ("rar5-solid.rar", ["rar50", "--solid"], halves),
                                 ("rar4-solid.rar", ["rar29", "--solid"], halves)]:
        run("rars", "a", "--format", *options, folder / name, *files, cwd=folder)
        shutil.copy(folder / name, FEW / name)
    run("7zz", "a", "-mtm=off", "-v2k", folder / "volume.7z", "people.csv", cwd=folder)
    run("rars", "a", "--format", "rar50", "--volume-size", "3k", folder / "rar5-volume.part1.rar", "people.csv", cwd=folder)
    with (folder / "zeros").open("wb") as zeros:
        zeros.truncate(100 << 20)
    run("7zz", "a", "-mtm=off", folder / "zeros.7z", "zeros", cwd=folder)
    run("rars", "a", folder / "zeros.rar", "zeros", cwd=folder)
    for name in ["volume.7z.001", "zeros.7z", "zeros.rar"]:
        shutil.copy(folder / name, FEW / name)
    shutil.copy(next(p for p in sorted(folder.glob("rar5-volume*"))), FEW / "rar5-volume.part1.rar")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    for make in [compressed, tars, zips, sevens, rars, nested, special]:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(HERE / "people.csv", folder)
            make(Path(folder))


if __name__ == "__main__":
    main()
