import MartletCore

/// Named arrays of a file or folder, of which two or four are a data set.
struct NamedArrays {
  /// What begins the sentence about them.
  let title: String
  /// The file or folder, for messages.
  let place: String
  let names: [String]
  let read: (String) throws -> HostTensor

  init(title: String, place: String, names: [String], read: @escaping (String) throws -> HostTensor) {
    self.title = title
    self.place = place
    self.names = names
    self.read = read
  }

  /// Reads the arrays that the options or their names choose. Throws M1025 where neither does.
  func loaded(_ options: DataOptions) throws -> LoadedData {
    let found = ArrayNames(names)
    var pairs = found.pairs
    if let input = options.input, let label = options.label {
      pairs = [.all: ArrayNames.Pair(input: input, label: label)]
    } else if options.input != nil || options.label != nil {
      throw unknown("only one of --input-array and --label-array (`input:` and `label:`) is given")
    }
    guard let training = pairs[.train] ?? pairs[.all] else { throw unknown("their names do not say which is which") }
    let test = pairs[.test] ?? (pairs[.train] == nil ? nil : pairs[.all])
    let parts = try ([training] + [test, pairs[.validation]].compactMap { $0 }).map { pair in
      (pair: pair, input: try inputs(pair.input), label: try read(pair.label))
    }
    for (pair, input, label) in parts {
      guard let labels = label.shape.extents.first, labels != input.tensor.shape[0] else { continue }
      throw MartletError(
        DataErrorCode.elementsDiffer, "'\(pair.input)' of \(place) has \(input.tensor.shape[0]) samples, '\(pair.label)' has \(labels)",
        advice: "Axis 0 of both arrays counts the samples: give each of them a label.")
    }
    var sources = try sources(parts.map { ($0.pair, $0.input.tensor, $0.label) })
    let train = sources.data.removeFirst()
    let testData = test == nil ? nil : sources.data.removeFirst()
    let note = parts[0].input.note
    let sentence =
      "\(title): '\(training.input)' \(train.elements[0].dtype)\(train.elements[0].shape) and '\(training.label)' of \(train.count) samples, "
      + sources.meaning + note
    guard let testData else { return try LoadedData(kind: sentence, all: train, validation: sources.data.first) }
    return try LoadedData(kind: "\(sentence); \(testData.count) to test with", train: train, test: testData, validation: sources.data.first)
  }

  private func unknown(_ reason: String) -> MartletError {
    let list = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    return MartletError(
      DataErrorCode.unknownArrays, "\(place) has \(names.isEmpty ? "no arrays" : "the arrays \(list)"), and \(reason)",
      advice:
        "Name them \(ArrayNames.expectation); or choose two of them: --input-array and --label-array, in a program `input:` and `label:`.")
  }

  /// The samples of an array: images get an axis of channels, which stands before height and width; f64 becomes f32.
  private func inputs(_ name: String) throws -> (tensor: HostTensor, note: String) {
    let tensor = try read(name)
    guard let count = tensor.shape.extents.first else {
      throw MartletError(
        DataErrorCode.elementsDiffer, "'\(name)' of \(place) is one number; an array whose axis 0 counts the samples was expected",
        advice: "Save an element for each sample.")
    }
    if tensor.dtype == .f64 { return (tensor.converted(to: .f32), ", read as f32") }
    let extents = tensor.shape.extents
    guard let pixels: [UInt8] = tensor.elements() else { return (tensor, "") }
    if extents.count == 3 { return (try tensor.reshaped([count, 1, extents[1], extents[2]]), ", grey images") }
    guard extents.count == 4, [1, 3, 4].contains(extents[3]), ![1, 3, 4].contains(extents[1]) else { return (tensor, "") }
    return (try NamedArrays.channelsFirst(pixels, extents), ", images whose channels were last")
  }

  /// Images of channels, height and width from those of height, width and channels.
  private static func channelsFirst(_ pixels: [UInt8], _ extents: [Int]) throws -> HostTensor {
    let (count, area, channels) = (extents[0], extents[1] * extents[2], extents[3])
    return try HostTensor(filling: TensorType(.u8, [count, channels, extents[1], extents[2]])) { memory in
      pixels.withUnsafeBufferPointer { pixels in
        for image in 0..<count {
          let start = image * area * channels
          for channel in 0..<channels {
            for pixel in 0..<area { memory[start + channel * area + pixel] = pixels[start + pixel * channels + channel] }
          }
        }
      }
    }
  }

  /// The parts with their labels as numbers of classes, or as targets of regression where they are floats.
  private func sources(_ parts: [(pair: ArrayNames.Pair, input: HostTensor, label: HostTensor)]) throws -> (
    data: [TensorData], meaning: String
  ) {
    if parts.allSatisfy({ $0.label.dtype.isFloatingPoint || NamedArrays.isMask($0.label) }) {
      let data = try parts.map { part in
        let target = part.label.converted(to: .f32)
        // A number for each sample has an axis, as the result of a layer has.
        return try TensorData([
          (NamedArrays.element(part.input), part.input),
          ("target", target.shape.rank == 1 ? try target.reshaped([target.shape[0], 1]) : target),
        ])
      }
      return (data, "targets are numbers")
    }
    let labels = try parts.map { try classNumbers($0.label, $0.pair.label) }
    let largest = labels.joined().max() ?? 0
    guard Set(labels[0]).count > 1 else {
      throw MartletError(
        DataErrorCode.noClasses,
        "'\(parts[0].pair.label)' of \(place) has \(labels[0].isEmpty ? "no labels" : "one value only, \(labels[0][0])")",
        advice: "Labels are numbers of at least two classes, from 0.")
    }
    let classes = (0...Int(largest)).map { "\($0)" }
    let data = try zip(parts, labels).map { part, labels in
      try TensorData(
        [(NamedArrays.element(part.input), part.input), ("label", HostTensor([labels.count], labels))], classes: ["label": classes])
    }
    return (data, "\(classes.count) classes")
  }

  /// Truth values of several places a sample, such as pixels: zeros and ones to predict.
  private static func isMask(_ label: HostTensor) -> Bool { label.dtype == .bool && label.shape.rank > 2 }

  /// What the inputs are called as an element: bytes of channels, height and width are images.
  private static func element(_ input: HostTensor) -> String { input.dtype == .u8 && input.shape.rank == 4 ? "image" : "input" }

  /// More classes than any data set has: a number beyond it is none of a class.
  private static let mostClasses = 1 << 20

  /// Labels of shape [samples] or [samples, 1].
  private func classNumbers(_ tensor: HostTensor, _ name: String) throws -> [Int32] {
    let extents = tensor.shape.extents
    guard extents.count == 1 || extents.count == 2 && extents[1] == 1, !tensor.dtype.isFloatingPoint else {
      throw MartletError(
        DataErrorCode.noClasses, "'\(name)' of \(place) is \(tensor.type); a number of a class for each sample was expected",
        advice: extents.isEmpty
          ? "Save an array with a label for each sample."
          : extents.count > 2
            ? "Save masks of pixels as truth values, mask.astype(bool), and other targets of several numbers as floats."
            : "Save the numbers of the classes: labels.argmax(axis=1) of labels that are one-hot; for regression save floats.")
    }
    let numbers: [Int32] = tensor.converted(to: .i32).elements() ?? []
    if let position = numbers.firstIndex(where: { $0 < 0 || $0 >= NamedArrays.mostClasses }) {
      throw MartletError(
        DataErrorCode.noClasses, "'\(name)' of \(place): label \(position) is \(numbers[position]), which is no number of a class",
        advice: "Classes are numbered from 0; for regression save floats.")
    }
    return numbers
  }
}
