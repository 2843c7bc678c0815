/// Errors of the command line.
package enum UsageErrorCode: Int, ErrorCode {
  case unknownModel = 1301
  case unknownStage = 1302
  case noSuchForm = 1303
  case unknownFormat = 1304
  case missingFile = 1305
  case unknownDevice = 1306
  case noDevice = 1307
  case unknownOptimizer = 1308
  case optimizerOption = 1309
  case unknownInstructionSet = 1310
  case tooSmall = 1311
  case notPositive = 1312
  case unknownChoice = 1313
  case resumeWithoutCheckpoint = 1314
  case inputOption = 1315
  case nothingToMeasure = 1316
  case inputType = 1317
  case unknownErrorNumber = 1318
  case unknownKernel = 1319
  case unknownName = 1320
  case noLanguageModel = 1321
  case logitsAreNoNumbers = 1322
  case noVocabulary = 1323
  case emptyPrompt = 1324
  case unknownCommand = 1325
  case batchOption = 1330
  case shownSamples = 1331
  case idleOption = 1332
  case timedBisection = 1337
  case traceStepsWithoutTrace = 1343
  case byteCount = 1345

  package var explanation: ErrorExplanation {
    switch self {
    case .unknownModel:
      ErrorExplanation(
        .usage, "No model has this name.",
        "The message lists the models.")
    case .unknownStage:
      ErrorExplanation(
        .usage, "No stage has this name, or it is not built yet.",
        "The message lists the stages.")
    case .noSuchForm:
      ErrorExplanation(
        .usage, "The stage cannot be written in this form.",
        "Graphs have text, json, dot, svg and html; the plan text, json and svg; all others text and json.")
    case .unknownFormat:
      ErrorExplanation(
        .usage, "No format has this name.",
        "The formats are text, json, dot, svg and html.")
    case .missingFile:
      ErrorExplanation(
        .usage, "A command needs a file.",
        "Name a file; - reads standard input.")
    case .unknownDevice:
      ErrorExplanation(
        .usage, "No device has this name.",
        "The devices are auto, interpreter, cpu, cuda and cuda-emulated.")
    case .noDevice:
      ErrorExplanation(
        .unavailable, "The device is not built yet, or belongs to another system.",
        "Use --device cpu.")
    case .unknownOptimizer:
      ErrorExplanation(
        .usage, "No optimizer has this name.",
        "The message lists the optimizers.")
    case .optimizerOption:
      ErrorExplanation(
        .usage, "The optimizer does not take this option, or not this value.",
        "--momentum belongs to sgd and rmsprop, --nesterov to sgd.")
    case .unknownInstructionSet:
      ErrorExplanation(
        .usage, "--isa names no instruction set.",
        "Use sse2, avx2 or avx512.")
    case .tooSmall:
      ErrorExplanation(
        .usage, "A number is too small.",
        "Give a larger one.")
    case .notPositive:
      ErrorExplanation(
        .usage, "A number must be positive and finite.",
        "Give a positive number.")
    case .unknownChoice:
      ErrorExplanation(
        .usage, "An option was given a value that it does not accept.",
        "The message lists the choices.")
    case .resumeWithoutCheckpoint:
      ErrorExplanation(
        .usage, "--resume needs a checkpoint to continue from.",
        "Add --checkpoint FILE.")
    case .inputOption:
      ErrorExplanation(
        .usage, "--input does not name each parameter of the graph once, as NAME=FILE.npy.",
        "Give one file for each parameter.")
    case .nothingToMeasure:
      ErrorExplanation(
        .usage, "The interpreter has no kernels, and those of a GPU cannot be measured one by one yet.",
        "Use --device cpu.")
    case .inputType:
      ErrorExplanation(
        .invalidInput, "A file given with --input has another type than the parameter.",
        "Save an array of the parameter's type and shape.")
    case .unknownErrorNumber:
      ErrorExplanation(
        .usage, "No error has this number.",
        "martlet explain lists them all.")
    case .unknownKernel:
      ErrorExplanation(
        .usage, "No kernel has this name, or the stage has no kernels.",
        "The message lists the kernels.")
    case .unknownName:
      ErrorExplanation(
        .usage, "Nothing in the compiled step has the name that was given to explain.",
        "The message lists the layers and kernels; values have the numbers that martlet dump prints.")
    case .noLanguageModel:
      ErrorExplanation(
        .usage, "generate was given a model that predicts no token behind each token of a text.",
        "Use a language model: gpt-small, char-lstm, or one whose targets are the next tokens.")
    case .logitsAreNoNumbers:
      ErrorExplanation(
        .invalidInput, "A language model gave logits that are not finite: no token can be chosen.",
        "Look at the checkpoint's loss; train again with a lower rate.")
    case .noVocabulary:
      ErrorExplanation(
        .invalidInput, "A model has another number of tokens than bytes, and its checkpoint does not name them.",
        "Use a checkpoint that train wrote for a text.")
    case .emptyPrompt:
      ErrorExplanation(
        .usage, "The text that a language model goes on with has no character.",
        "Give the beginning of a text, or leave --prompt out.")
    case .unknownCommand:
      ErrorExplanation(
        .usage, "The first word is no command.",
        "martlet --help lists the commands.")
    case .traceStepsWithoutTrace:
      ErrorExplanation(
        .usage, "--trace-steps limits a recording, and none was wanted.",
        "Add --trace FILE.")
    case .batchOption:
      ErrorExplanation(
        .usage, "--batch of opt does not name an input and the axis that counts its samples.",
        "Write --batch NAME=AXIS, for example --batch x=0.")
    case .shownSamples:
      ErrorExplanation(
        .usage, "--start, --count or --class of data choose samples that the training set does not have.",
        "The message says which numbers and classes there are.")
    case .idleOption:
      ErrorExplanation(
        .usage, "An option would change nothing: it needs another one, or does not fit the model or the data.",
        "Add the option that the message names, or leave this one out.")
    case .timedBisection:
      ErrorExplanation(
        .usage, "--time-passes and --bisect exclude each other.",
        "Run opt once with each of them.")
    case .byteCount:
      ErrorExplanation(
        .usage, "An option takes a number of bytes.",
        "Write 800K, 512M, 2G or a plain number: K is 1024 bytes.")
    }
  }
}
