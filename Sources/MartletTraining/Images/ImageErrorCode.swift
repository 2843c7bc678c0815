import MartletCore

/// Errors of photos and folders of images.
package enum ImageErrorCode: Int, ErrorCode {
  case noLibrary = 1081
  case unknownFormat = 1082
  case damagedImage = 1083
  case unsupportedImage = 1084
  case tooManyPixels = 1085
  case pixelCount = 1086
  case impossibleSize = 1087
  case sizesDiffer = 1088
  case noClasses = 1089
  case emptyClass = 1090
  case unknownClass = 1091
  case nameNotText = 1092

  package var explanation: ErrorExplanation {
    switch self {
    case .noLibrary:
      ErrorExplanation(
        .unavailable, "The library that decodes PNG or JPEG files cannot be loaded.",
        "Run Tools/setup, or install the Debian packages libpng16-16 and libturbojpeg0 (Ubuntu: libturbojpeg).")
    case .unknownFormat:
      ErrorExplanation(
        .invalidInput, "The file is neither PNG nor JPEG: its first bytes say so, whatever its name is.",
        "Convert the picture to PNG or JPEG.")
    case .damagedImage:
      ErrorExplanation(
        .invalidInput, "A PNG or JPEG file is cut off or damaged.",
        "Copy or download it again, or remove it.")
    case .unsupportedImage:
      ErrorExplanation(
        .invalidInput, "A JPEG file has the four colours of printing, which have no agreed conversion to red, green and blue.",
        "Convert it to RGB in an image editor, or with: magick photo.jpg -colorspace sRGB photo.png")
    case .tooManyPixels:
      ErrorExplanation(
        .invalidInput, "A picture has more pixels than are decoded.",
        "Make it smaller first.")
    case .pixelCount:
      ErrorExplanation(
        .invalidInput, "The bytes given as a picture's pixels are more or fewer than its size says, or it has other than 1 or 3 channels.",
        "Give height x width x channels bytes.")
    case .impossibleSize:
      ErrorExplanation(
        .invalidInput, "The size that images are to be converted to is impossible.",
        "Give 1 or 3 channels, a height and a width from 1 on.")
    case .sizesDiffer:
      ErrorExplanation(
        .invalidInput, "The images of a folder have several sizes or numbers of channels.",
        "Give the size that all are to be converted to.")
    case .noClasses:
      ErrorExplanation(
        .invalidInput, "A folder of images has no subfolders, or only one: there are no classes to tell apart.",
        "Put the images of each class into a subfolder with the name of the class.")
    case .emptyClass:
      ErrorExplanation(
        .invalidInput, "The folder of a class has no PNG or JPEG file.",
        "Put images there, or remove the folder.")
    case .unknownClass:
      ErrorExplanation(
        .invalidInput, "The test images have a class that the training images lack.",
        "Give both the same subfolders.")
    case .nameNotText:
      ErrorExplanation(
        .invalidInput, "The name of an image or of a class's folder is not UTF-8 text.",
        "Rename it.")
    }
  }
}
