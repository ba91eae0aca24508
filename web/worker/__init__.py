"""The worker: answers what was left open, delivers answers, runs schedules. It survives being killed."""
