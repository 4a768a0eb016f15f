"""Fetches swift.org's toolchain for this distribution into the user's folder, checked by its signature.

    python3 Kernelspec/fetch_swift.py [--yes]

A download that was cut goes on where it stopped. The toolchain appears in its folder whole or not at all. `make` calls
this if no Swift is there; the kernel and `make` find the toolchain where it is put.
"""

import argparse
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# The release that the tests run with.
VERSION = "6.3.1"
# "Swift 6.x Release Signing Key", as swift.org/install says; the keys themselves are fetched and compared with it.
FINGERPRINT = "52BB7E3DE28A71BE22EC05FFEF80A866B47A981F"
# What swift.org lists as needed on these distributions, beside what Gyrus installs itself.
PACKAGES = [
    "binutils", "gcc", "git", "gnupg", "libc6-dev", "libcurl4-openssl-dev", "libedit2", "libncurses-dev",
    "libpython3-dev", "libsqlite3-dev", "libstdc++-12-dev", "libxml2-dev", "libz3-dev", "pkg-config", "tzdata",
    "zlib1g-dev",
]
# Distributions with a release of their own, by what /etc/os-release says, and those whose programs they run.
RELEASES = {
    ("debian", "12"): "debian12", ("debian", "13"): "debian12", ("ubuntu", "22.04"): "ubuntu22.04",
    ("ubuntu", "24.04"): "ubuntu24.04", ("ubuntu", "24.10"): "ubuntu24.04", ("ubuntu", "25.04"): "ubuntu24.04",
}


def fail(sentence):
    sys.exit(f"{sentence}. By hand: https://www.swift.org/install/linux/, with its bin folder on the PATH.")


def release(os_release="/etc/os-release"):
    """How swift.org calls this distribution."""
    fields = dict(
        line.rstrip().split("=", 1) for line in open(os_release, encoding="utf-8") if "=" in line)
    found = (fields.get("ID", "").strip('"'), fields.get("VERSION_ID", "").strip('"'))
    if found not in RELEASES:
        known = ", ".join(" ".join(name) for name in RELEASES)
        fail(f"swift.org has no toolchain for {' '.join(found)} that is known to work; there are some for {known}")
    machine = platform.machine()
    if machine not in ("x86_64", "aarch64"):
        fail(f"swift.org has toolchains for x86_64 and aarch64, not for {machine}")
    return RELEASES[found] + ("-aarch64" if machine == "aarch64" else "")


def fetch(url, file, tries=5):
    """Downloads to a file, going on behind what is there; tries again if the connection is cut."""
    for attempt in range(tries):
        have = file.stat().st_size if file.exists() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                goes_on = answer.status == 206
                total = (have if goes_on else 0) + int(answer.headers.get("Content-Length", 0))
                with open(file, "ab" if goes_on else "wb") as target:
                    copy(answer, target, total)
            if file.stat().st_size == total:
                return
            problem = f"{file.stat().st_size} of {total} bytes came"
        except urllib.error.HTTPError as error:
            if error.code == 416:  # nothing is left to fetch
                return
            fail(f"{url} answers {error.code} {error.reason}")
        except OSError as error:
            problem = str(error)
        print(f"\n{problem}; trying again", file=sys.stderr)
        time.sleep(min(2**attempt, 10) if attempt else 0.2)
    fail(f"{url} could not be fetched ({problem}); run the command again to go on")


def copy(source, target, total):
    shown = -1
    while block := source.read(1 << 20):
        target.write(block)
        percent = 100 * target.tell() // max(total, 1)
        if percent != shown and sys.stderr.isatty():
            print(f"\r{percent} % of {total / 1e6:.0f} MB", end="", file=sys.stderr, flush=True)
            shown = percent
    if shown >= 0:
        print(file=sys.stderr)


def check(archive, signature, keys, fingerprint):
    """Ends the program unless the signature over the archive is by the key with that fingerprint."""
    with tempfile.TemporaryDirectory() as home:
        gpg = ["gpg", "--batch", "--quiet", "--homedir", home]
        subprocess.run([*gpg, "--import", keys], capture_output=True, check=False)
        answer = subprocess.run(
            [*gpg, "--status-fd", "1", "--verify", signature, archive], capture_output=True, text=True)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, check=False)
    valid = [line.split()[2] for line in answer.stdout.splitlines() if line.startswith("[GNUPG:] VALIDSIG ")]
    if fingerprint not in valid:
        archive.unlink()
        fail(f"the signature of {archive.name} is not by the key {fingerprint}; the file was removed")


def install(archive, folder):
    """Unpacks to a folder beside the final one and renames it."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", archive, "-C", draft, "--strip-components=1"], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def missing_packages():
    def is_installed(name):
        answer = subprocess.run(
            ["dpkg-query", "-W", "-f=${db:Status-Status}", name], capture_output=True, text=True)
        return answer.stdout == "installed"

    return [name for name in PACKAGES if not is_installed(name)]


def install_packages():
    if not (missing := missing_packages()):
        return
    if os.geteuid() != 0 and not shutil.which("sudo"):
        fail(f"these Debian packages are missing and neither root nor sudo is available: {' '.join(missing)}")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    print(f"Installing Debian packages: {' '.join(missing)}")
    subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True)
    subprocess.run(
        [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
         "--no-install-recommends", *missing],
        check=True)


def main():
    home = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--without-packages", action="store_true", help="install no Debian packages")
    parser.add_argument("--folder", type=pathlib.Path, default=home / "gyrus/swift", help="where to put it")
    parser.add_argument("--server", default="https://download.swift.org", help="a mirror of download.swift.org")
    parser.add_argument("--keys", default="https://www.swift.org/keys/all-keys.asc", help="where the keys are")
    parser.add_argument("--fingerprint", default=FINGERPRINT, help="the key that must have signed it")
    options = parser.parse_args()
    name = release()
    stem = f"swift-{VERSION}-RELEASE"
    url = f"{options.server}/swift-{VERSION}-release/{name.replace('.', '')}/{stem}/{stem}-{name}.tar.gz"
    if not options.yes:
        if not sys.stdin.isatty():
            fail("Swift was not found. Let it be fetched (about 1 GB): python3 Kernelspec/fetch_swift.py --yes")
        answer = input(f"Swift was not found. Fetch Swift {VERSION} (about 1 GB) into {options.folder}? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            fail("Gyrus needs Swift 6.1 or later")
    if not options.without_packages:
        install_packages()
    downloads = options.folder.with_name("downloads")
    downloads.mkdir(parents=True, exist_ok=True)
    archive, signature, keys = (downloads / part for part in (url.rsplit("/", 1)[1], "signature", "keys.asc"))
    for file in (signature, keys):
        file.unlink(missing_ok=True)
    print(f"Fetching {url}")
    fetch(url, archive)
    fetch(url + ".sig", signature)
    fetch(options.keys, keys)
    check(archive, signature, keys, options.fingerprint.replace(" ", ""))
    install(archive, options.folder)
    shutil.rmtree(downloads)
    print(f"Swift {VERSION} is in {options.folder}")


if __name__ == "__main__":
    main()
