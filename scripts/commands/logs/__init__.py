"""`miyabi logs`: lines of several logs, in the order of time."""
