#pragma once
#include <stddef.h>
#include <stdint.h>

// The slices of libpng (its simplified interface) and of libjpeg-turbo (TurboJPEG) that Martlet uses, loaded at run time: nothing of them is
// needed to build.
//
// Functions return 0 on success; otherwise *error is a string that the caller frees. Decoding is safe from several threads at once,
// loading is not.

/// Loads libpng 1.6 once: from `path` if it is not empty, else libpng16.so.16. A path is tried even where the
/// library is loaded already; one that fails changes nothing.
int images_load_png(const char *_Nullable path, char *_Nullable *_Nonnull error);
/// Loads TurboJPEG once: from `path` if it is not empty, else libturbojpeg.so.0. A path is tried even where the
/// library is loaded already; one that fails changes nothing.
int images_load_jpeg(const char *_Nullable path, char *_Nullable *_Nonnull error);

struct images_png_header {
  uint32_t width, height;
  /// Whether the picture has colours; otherwise it is grey.
  int has_color;
  /// Whether pixels may be transparent.
  int has_alpha;
};

/// What the file says of its picture.
int images_png_read_header(const uint8_t *_Nonnull bytes, size_t count, struct images_png_header *_Nonnull header,
                           char *_Nullable *_Nonnull error);

/// Writes width x height pixels of 8 bits a channel, rows from the top: 1 or 3 channels, and one more for alpha where the header has it.
/// `capacity` is the size of `pixels`, which must be exactly that. Palettes, 16 bits and interlacing are undone.
int images_png_read(const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull pixels, size_t capacity,
                    char *_Nullable *_Nonnull error);

enum images_jpeg_colors { IMAGES_JPEG_RGB, IMAGES_JPEG_GREY, IMAGES_JPEG_CMYK };

struct images_jpeg_header {
  int width, height;
  enum images_jpeg_colors colors;
};

int images_jpeg_read_header(const uint8_t *_Nonnull bytes, size_t count, struct images_jpeg_header *_Nonnull header,
                            char *_Nullable *_Nonnull error);

/// Writes width x height pixels of 1 or 3 channels, rows from the top, to `pixels`. `width` and `height` are those of the header. On
/// success *warning is null, or what the library says of a file that it could only decode in part, as a string that the caller frees.
int images_jpeg_read(const uint8_t *_Nonnull bytes, size_t count, int width, int height, int channels, uint8_t *_Nonnull pixels,
                     char *_Nullable *_Nonnull warning, char *_Nullable *_Nonnull error);
