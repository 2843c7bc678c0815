#pragma once

/// The commit that `Tools/release` built, as `41e13bcaf` or `41e13bcaf with changes`; empty in every other build.
const char *_Nonnull martlet_commit(void);
