#pragma once

/// Lets the calling thread run as soon as it wakes, before threads that compute, where the system can: Linux 6.12 and newer do it for threads that
/// want the processor for short times. Does nothing elsewhere.
void watch_thread_wakes_early(void);
