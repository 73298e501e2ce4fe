"""Whether other programs take the machine's cores while something is measured. Linux."""
import os
import resource
import sys
import time


ALL_TASKS = "/sys/fs/cgroup/cpuacct/cpuacct.usage"


def usage():
    """Seconds of core time that all programs took so far, and those of this one with the workers that have ended."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    forkserver = sys.modules.get("multiprocessing.forkserver")
    if forkserver and forkserver._forkserver._forkserver_pid:
        with open("/proc/%d/stat" % forkserver._forkserver._forkserver_pid) as stat:
            own += sum(int(value) for value in stat.read().rsplit(")", 1)[1].split()[11:15]) / os.sysconf("SC_CLK_TCK")
    return core_time(), own


def core_time():
    """In nanoseconds where the system counts them for all tasks, else in the hundredths of a second of /proc/stat."""
    try:
        with open(ALL_TASKS) as total:
            return int(total.read()) / 1e9
    except OSError:
        pass
    with open("/proc/stat") as stat:
        user, nice, system, _, _, interrupts, soft_interrupts, stolen = [int(field) for field in stat.readline().split()[1:9]]
    return (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")


def others_share(before, after, took_ns):
    """The share of the machine that other programs took between two usages."""
    others = (after[0] - before[0]) - (after[1] - before[1])
    return max(0.0, others / (took_ns / 1e9) / os.cpu_count())


def busy_for(seconds):
    """The share of the machine that is in use while this process sleeps."""
    before = usage()
    begin = time.perf_counter_ns()
    time.sleep(seconds)
    return others_share(before, usage(), time.perf_counter_ns() - begin)
