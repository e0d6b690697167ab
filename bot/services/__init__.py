"""Use cases: the same answer for the dialogue's actions, the portal, the desk and the jobs."""
