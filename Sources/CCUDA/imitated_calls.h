#pragma once
#include <stdio.h>
#include <string.h>

// What an imitation of a library counts of each thread, and which of its functions is to fail.

#define MOST_IMITATED 48

typedef struct imitated_calls {
  struct {
    const char *name;
    long calls;
  } counts[MOST_IMITATED];
  char failing[64];
  int successes_left, error;
} imitated_calls;

/// Counts a call; the error that it is to return.
static inline int imitated_call(imitated_calls *of, const char *name) {
  for (int i = 0; i < MOST_IMITATED; i++) {
    if (!of->counts[i].name) of->counts[i].name = name;
    if (strcmp(of->counts[i].name, name)) continue;
    of->counts[i].calls++;
    break;
  }
  if (strcmp(of->failing, name)) return 0;
  if (of->successes_left-- > 0) return 0;
  of->failing[0] = 0;
  return of->error;
}

/// The call after `successes` more calls of a function returns an error.
static inline void imitated_fail(imitated_calls *of, const char *function, int successes, int error) {
  snprintf(of->failing, sizeof of->failing, "%s", function);
  of->successes_left = successes;
  of->error = error;
}

/// How often a function was called.
static inline long imitated_count(const imitated_calls *of, const char *function) {
  for (int i = 0; i < MOST_IMITATED && of->counts[i].name; i++)
    if (!strcmp(of->counts[i].name, function)) return of->counts[i].calls;
  return 0;
}
