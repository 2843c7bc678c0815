#include "images.h"

#include <dlfcn.h>
#include <string.h>

static int fail(char **error, const char *message) {
  *error = strdup(message && *message ? message : "no reason was given");
  return 1;
}

/// Opens `path`, or `name` where the path is empty.
static void *open_library(const char *path, const char *name, char **error) {
  void *handle = dlopen(path && *path ? path : name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) fail(error, dlerror());
  return handle;
}

// --- libpng -----------------------------------------------------------------------------------------------------------------------

/// The structure of the simplified interface, version 1: documented in libpng's manual, the same in all of 1.6.
struct png_image {
  void *opaque;
  uint32_t version, width, height, format, flags, colormap_entries, warning_or_error;
  char message[64];
};

enum { png_image_version = 1, png_alpha = 1, png_color = 2, png_16_bit_is_srgb = 4 };

// name, result, parameters
#define PNG_FUNCTIONS(X)                                                                                              \
  X(int, png_image_begin_read_from_memory, (struct png_image *, const void *, size_t))                                \
  X(int, png_image_finish_read, (struct png_image *, const void *, void *, int32_t, void *))                          \
  X(void, png_image_free, (struct png_image *))

#define MEMBER(result, name, parameters) result(*name) parameters;
#define LOAD(result, name, parameters)                                   \
  if (!(functions.name = (result(*) parameters)dlsym(handle, #name))) { \
    dlclose(handle);                                                     \
    return fail(error, "the library lacks the function " #name);         \
  }

struct png_functions {
  PNG_FUNCTIONS(MEMBER)
};
static struct png_functions png;
static int png_is_loaded;

int images_load_png(const char *path, char **error) {
  if (png_is_loaded && !(path && *path)) return 0;
  void *handle = open_library(path, "libpng16.so.16", error);
  if (!handle) return 1;
  struct png_functions functions;
  PNG_FUNCTIONS(LOAD)
  png = functions;
  png_is_loaded = 1;
  return 0;
}

/// Reads the header; the caller frees the image also after a failure.
static int begin(struct png_image *image, const uint8_t *bytes, size_t count, char **error) {
  memset(image, 0, sizeof *image);
  image->version = png_image_version;
  if (!png_is_loaded) return fail(error, "libpng is not loaded");
  if (!png.png_image_begin_read_from_memory(image, bytes, count)) return fail(error, image->message);
  return 0;
}

int images_png_read_header(const uint8_t *bytes, size_t count, struct images_png_header *header, char **error) {
  struct png_image image;
  int result = begin(&image, bytes, count, error);
  if (!result) {
    *header = (struct images_png_header){image.width, image.height, (image.format & png_color) != 0, (image.format & png_alpha) != 0};
  }
  if (png_is_loaded) png.png_image_free(&image);
  return result;
}

int images_png_read(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, char **error) {
  struct png_image image;
  int result = begin(&image, bytes, count, error);
  if (!result) {
    // 8 bits a channel in the order grey or red, green, blue, then alpha.
    image.format &= png_alpha | png_color;
    // Otherwise libpng takes 16-bit numbers for intensities of light.
    image.flags |= png_16_bit_is_srgb;
    size_t channels = (image.format & png_color ? 3 : 1) + (image.format & png_alpha ? 1 : 0);
    // Both factors have at most 31 bits.
    if (image.width > INT32_MAX / 4 || image.height > INT32_MAX || capacity / image.width / channels != image.height
        || capacity % (image.width * channels)) {
      result = fail(error, "the memory for the pixels has another size than the picture");
    } else if (!png.png_image_finish_read(&image, NULL, pixels, (int32_t)(image.width * channels), NULL)) {
      result = fail(error, image.message);
    }
  }
  if (png_is_loaded) png.png_image_free(&image);
  return result;
}

// --- TurboJPEG --------------------------------------------------------------------------------------------------------------------

// The numbers of TurboJPEG's interface.
enum { tj_rgb = 0, tj_grey = 6, tj_colors_grey = 2, tj_colors_cmyk = 3, tj_colors_ycck = 4, tj_is_warning = 0, tj_limit_scans = 32768 };

#define JPEG_FUNCTIONS(X)                                                                                             \
  X(void *, tjInitDecompress, (void))                                                                                 \
  X(int, tjDecompressHeader3, (void *, const unsigned char *, unsigned long, int *, int *, int *, int *))             \
  X(int, tjDecompress2, (void *, const unsigned char *, unsigned long, unsigned char *, int, int, int, int, int))     \
  X(char *, tjGetErrorStr2, (void *))                                                                                 \
  X(int, tjGetErrorCode, (void *))                                                                                    \
  X(int, tjDestroy, (void *))

struct jpeg_functions {
  JPEG_FUNCTIONS(MEMBER)
};
static struct jpeg_functions jpeg;
static int jpeg_is_loaded;

int images_load_jpeg(const char *path, char **error) {
  if (jpeg_is_loaded && !(path && *path)) return 0;
  void *handle = open_library(path, "libturbojpeg.so.0", error);
  if (!handle) return 1;
  struct jpeg_functions functions;
  JPEG_FUNCTIONS(LOAD)
  jpeg = functions;
  jpeg_is_loaded = 1;
  return 0;
}

/// A decoder, whose messages are its own.
static void *make_decoder(char **error) {
  if (!jpeg_is_loaded) {
    fail(error, "TurboJPEG is not loaded");
    return NULL;
  }
  void *decoder = jpeg.tjInitDecompress();
  if (!decoder) fail(error, "TurboJPEG gets no memory");
  return decoder;
}

int images_jpeg_read_header(const uint8_t *bytes, size_t count, struct images_jpeg_header *header, char **error) {
  void *decoder = make_decoder(error);
  if (!decoder) return 1;
  int subsampling = 0, colors = 0, result = 0;
  header->width = header->height = 0;
  int status =
      jpeg.tjDecompressHeader3(decoder, bytes, count, &header->width, &header->height, &subsampling, &colors);
  // A file with a warning only is read, unless it has no picture.
  if ((status && jpeg.tjGetErrorCode(decoder) != tj_is_warning) || header->width < 1 || header->height < 1) {
    result = fail(error, jpeg.tjGetErrorStr2(decoder));
  }
  header->colors = colors == tj_colors_grey ? IMAGES_JPEG_GREY
                   : colors == tj_colors_cmyk || colors == tj_colors_ycck ? IMAGES_JPEG_CMYK
                                                                           : IMAGES_JPEG_RGB;
  jpeg.tjDestroy(decoder);
  return result;
}

int images_jpeg_read(const uint8_t *bytes, size_t count, int width, int height, int channels, uint8_t *pixels, char **warning,
                     char **error) {
  *warning = NULL;
  void *decoder = make_decoder(error);
  if (!decoder) return 1;
  int result = 0;
  // Small files can have so many scans that decoding takes minutes.
  if (jpeg.tjDecompress2(decoder, bytes, count, pixels, width, width * channels, height, channels == 1 ? tj_grey : tj_rgb, tj_limit_scans)) {
    const char *message = jpeg.tjGetErrorStr2(decoder);
    if (jpeg.tjGetErrorCode(decoder) == tj_is_warning) {
      *warning = strdup(message);
    } else {
      result = fail(error, message);
    }
  }
  jpeg.tjDestroy(decoder);
  return result;
}
