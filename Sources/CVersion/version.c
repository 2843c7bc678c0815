#include "version.h"

#ifndef MARTLET_COMMIT
#define MARTLET_COMMIT ""
#endif

const char *martlet_commit(void) { return MARTLET_COMMIT; }
