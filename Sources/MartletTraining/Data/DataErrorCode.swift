import MartletCore

/// Errors of data sets.
package enum DataErrorCode: Int, ErrorCode {
  case malformedGzip = 1001
  case malformedIDX = 1002
  case malformedRecords = 1003
  case labelOutOfRange = 1004
  case setsDiffer = 1005
  case missingFile = 1006
  case countsDiffer = 1007
  case noImage = 1008
  case noDataSet = 1009
  case imageShape = 1010
  case sampleOutOfRange = 1021
  case impossibleChoice = 1022
  case elementsDiffer = 1023
  case malformedArchive = 1024
  case unknownArrays = 1025
  case malformedTable = 1026
  case missingValue = 1027
  case notANumber = 1028
  case unknownColumn = 1029
  case noClasses = 1030
  case unknownFormat = 1031
  case tooFewSamples = 1032
  case noThread = 1033
  case unknownCharacter = 1034
  case noTargets = 1035
  case emptyInput = 1040

  package var explanation: ErrorExplanation {
    switch self {
    case .malformedGzip:
      ErrorExplanation(
        .invalidInput, "A gzip file is incomplete or damaged.",
        "Copy or download it again (MNIST: Tools/setup), or compress it anew.")
    case .malformedIDX:
      ErrorExplanation(
        .invalidInput, "A file is not an IDX file with the expected number of axes.",
        "Copy or download it again (MNIST: Tools/setup).")
    case .malformedRecords:
      ErrorExplanation(
        .invalidInput, "A CIFAR-10 file does not have a whole number of records.",
        "Download it again.")
    case .labelOutOfRange:
      ErrorExplanation(
        .invalidInput, "A label of CIFAR-10 is 10 or more.",
        "Use the binary version of CIFAR-10; other data as .npz or a folder of pictures.")
    case .setsDiffer:
      ErrorExplanation(
        .invalidInput, "Training and test images differ in shape.",
        "Take both from one set.")
    case .missingFile:
      ErrorExplanation(
        .invalidInput, "A folder lacks a file of the data set.",
        "Run Tools/setup, or name another folder with --data.")
    case .countsDiffer:
      ErrorExplanation(
        .invalidInput, "There are more or fewer labels than images.",
        "Take both files from one set.")
    case .noImage:
      ErrorExplanation(
        .invalidInput, "A file holds no image.",
        "Use a set with images.")
    case .noDataSet:
      ErrorExplanation(
        .invalidInput, "None of the folders that were searched holds a data set.",
        "Run Tools/setup, or name a folder with --data.")
    case .imageShape:
      ErrorExplanation(
        .invalidInput, "The images have another shape than the model takes.",
        "Use another model or other images.")
    case .sampleOutOfRange:
      ErrorExplanation(
        .usage, "A sample or an element of a data source was named that it does not have.",
        "Samples are numbered from 0 to `count` - 1, elements as `elements` lists them.")
    case .impossibleChoice:
      ErrorExplanation(
        .usage, "A size, number or fraction was given that is not possible.",
        "Sizes of batches and windows are at least 1, fractions from 0 to 1.")
    case .elementsDiffer:
      ErrorExplanation(
        .invalidInput, "Tensors do not have the number of samples, the type or the shape that a data source needs.",
        "Axis 0 of each tensor counts the samples, and they have the same number; `elements` lists types and shapes.")
    case .malformedArchive:
      ErrorExplanation(
        .invalidInput, "A file is no whole ZIP archive of .npy files.",
        "Write it again: numpy.savez or numpy.savez_compressed.")
    case .unknownArrays:
      ErrorExplanation(
        .invalidInput, "The names of arrays do not say which of them is the input and which has the labels.",
        "Name them x and y, images and labels, or x_train, y_train, x_test and y_test; or choose two: --input-array and --label-array, in a program `input:` and `label:`."
      )
    case .malformedTable:
      ErrorExplanation(
        .invalidInput, "A CSV file has no rows, rows of several lengths, or a quote that nothing closes.",
        "Correct the line that the message names; each row has as many fields as the header.")
    case .missingValue:
      ErrorExplanation(
        .invalidInput, "A field of a table is empty, NA, NaN or null.",
        "Delete the row, write a value there (the column's mean, say), or leave the column out with `ignoring:`.")
    case .notANumber:
      ErrorExplanation(
        .invalidInput, "A field of a numeric column is text, or a number that f32 cannot hold.",
        "Correct the field, or leave the column out with `ignoring:`.")
    case .unknownColumn:
      ErrorExplanation(
        .usage, "A column is named that the table does not have.",
        "Name one of the columns that the message lists, each once.")
    case .noClasses:
      ErrorExplanation(
        .invalidInput,
        "The labels are no classes: one value only, numbers with a fraction, negative numbers, or a new value in nearly every row.",
        "Choose another label column (--label-column, in a program `labelColumn:`); for regression name the columns (--target-column, `targets:`)."
      )
    case .unknownFormat:
      ErrorExplanation(
        .invalidInput, "A path is none of the kinds of data that can be read.",
        "Name a folder with IDX or CIFAR-10 files, or a .csv, .tsv, .npz, .npy or .txt file.")
    case .tooFewSamples:
      ErrorExplanation(
        .invalidInput, "There are too few samples: one that cannot be split, or a text shorter than a window.",
        "Use more data, or a smaller window.")
    case .noThread:
      ErrorExplanation(
        .unavailable, "The system gives no thread for reading ahead.",
        "Read the batches without `prefetched`, or allow more processes (`ulimit -u`).")
    case .noTargets:
      ErrorExplanation(
        .invalidInput, "The samples are not an input and a class, or an input and numbers to predict.",
        "Name the column or array of the labels, or train in a loop of your own (docs/library.md).")
    case .emptyInput:
      ErrorExplanation(
        .invalidInput, "An input holds nothing: an empty folder, an empty file, or an array of no samples.",
        "Name a folder or file that holds at least one sample.")
    case .unknownCharacter:
      ErrorExplanation(
        .invalidInput, "A text has a character, or a list of tokens a number, that the vocabulary does not have.",
        "Use characters of the text that the vocabulary was made from, or a vocabulary of bytes, which has all.")
    }
  }
}
