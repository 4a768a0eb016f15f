"""A cluster of one node for tests: Slurm from the distribution's packages, with a configuration of its own."""

import contextlib
import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")


def missing():
    """The programs that are not installed."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [program for program in PROGRAMS if not shutil.which(program, path=path)]


def free_ports(count):
    """Ports that no connection takes for its own end while the daemon that listens there is down."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found = []
    while len(found) < count:
        port = random.randrange(10_000, max(first, 11_000))
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


class Cluster:
    """munged, slurmctld and slurmd, started with files of their own in a folder."""

    def __init__(self, folder, settings="", cpus=2):
        self.folder = Path(folder)
        self.settings = settings
        self.cpus = cpus
        self.control_port, self.node_port = free_ports(2)
        self.processes = {}
        for name in ("munge", "state", "spool", "logs"):
            (self.folder / name).mkdir(parents=True)
            (self.folder / name).chmod(0o755 if name != "munge" else 0o711)
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self.configuration = self.folder / "slurm.conf"
        self.configuration.write_text(self.text())
        self.environment = os.environ | {"SLURM_CONF": str(self.configuration),
                                         "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

    def text(self):
        host = socket.gethostname().split(".")[0]
        user = getpass.getuser()
        return f"""ClusterName=gyrus
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={self.control_port}
SlurmdPort={self.node_port}
AuthType=auth/munge
AuthInfo=socket={self.folder}/munge/socket
CredType=cred/munge
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
SlurmctldLogFile={self.folder}/logs/slurmctld.log
SlurmdLogFile={self.folder}/logs/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=300
SlurmctldTimeout=300
MessageTimeout=20
BatchStartTimeout=120
UnkillableStepTimeout=120
KillWait=10
MinJobAge=300
JobRequeue=1
SchedulerParameters=sched_interval=2,batch_sched_delay=0
SchedulerType=sched/backfill
{self.settings}
NodeName={host} NodeAddr=127.0.0.1 CPUs={self.cpus} State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:{2 * self.cpus}
"""

    def start(self):
        self.start_munge()
        self.start_controller()
        self.start_node()
        self.wait_for_node()

    def spawn(self, name, *arguments):
        log = open(self.folder / f"logs/{name}.out", "a")
        self.processes[name] = subprocess.Popen([name, *map(str, arguments)], env=self.environment, stdout=log,
                                                stderr=subprocess.STDOUT, start_new_session=True)

    def start_munge(self):
        munge = self.folder / "munge"
        self.spawn("munged", "-F", "-f", f"--socket={munge}/socket", f"--key-file={munge}/key", f"--pid-file={munge}/pid",
                   f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait(lambda: (munge / "socket").exists(), "munged")

    def start_controller(self):
        self.spawn("slurmctld", "-D", "-f", self.configuration)

    def start_node(self):
        self.spawn("slurmd", "-D", "-f", self.configuration)

    def kill(self, name):
        """Ends a daemon as a crash of its machine would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def run(self, *command, timeout=60):
        return subprocess.run(list(map(str, command)), env=self.environment, capture_output=True, text=True, timeout=timeout)

    def wait_for_node(self):
        self.wait(lambda: self.node_state() in ("idle", "mixed", "allocated"), "the node", 120)

    def node_state(self):
        return self.run("sinfo", "-h", "-o", "%T").stdout.strip()

    def save(self, job):
        """Waits until the controller has written down where a job stands now, which it does within seconds of a change.

        One that is killed before forgets which elements of an array run. It gives them out again under the same numbers while the
        node still ends the former ones, and drains the node for that ("Duplicate jobid").
        """
        file = self.folder / "state/job_state"
        # What is being written may be of before.
        for comment in ("once", "twice"):
            before = file.stat().st_ino if file.exists() else 0
            done = self.run("scontrol", "update", f"jobid={job}", f"comment={comment}")
            assert done.returncode == 0, done.stderr
            self.wait(lambda: file.exists() and file.stat().st_ino != before, "the state of jobs", 60)

    def wait(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} has ended"
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.1)

    def report(self):
        """What the cluster says of itself, for a test that fails."""
        parts = []
        for command in (["sinfo", "-N", "-l"], ["sinfo", "-R"], ["squeue", "-r", "-t", "all", "-o", "%i %T %r"],
                        ["scontrol", "show", "job"]):
            try:
                parts.append(f"$ {' '.join(command)}\n{self.run(*command, timeout=20).stdout}")
            except subprocess.TimeoutExpired:
                parts.append(f"$ {' '.join(command)}: no answer")
        parts += [f"== {path.name}\n{path.read_text(errors='replace')[-6000:]}" for path in sorted((self.folder / "logs").glob("*.log"))]
        return "\n".join(parts)

    def stop(self):
        """Ends the daemons and all that they have started."""
        for name in ("slurmd", "slurmctld", "munged"):
            process = self.processes.pop(name, None)
            if process is None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        # The steps of jobs outlive slurmd.
        end = time.monotonic() + 20
        while left := self.started():
            assert time.monotonic() < end, f"processes {left} do not end"
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def started(self):
        """The processes of jobs: this cluster's configuration is in their environment."""
        mark = f"SLURM_CONF={self.configuration}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            # A process may end meanwhile, or be another user's; the environment of one that has ended is empty.
            with contextlib.suppress(OSError):
                if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found
