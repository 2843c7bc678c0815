import ArgumentParser
import MartletCore
import MartletInspection
import MartletTraining

/// Which training samples `data` shows, and where.
struct ShownSamples: ParsableArguments {
  @Flag(help: "Show training samples in the terminal: images as a figure, others as text.") var show = false
  @Option(help: ArgumentHelp("Write training images to this PNG file.", valueName: "file")) var png: String?
  @Option(
    help: ArgumentHelp(
      "Show samples from this number on (default: 59000 of images, 0 of others; of a smaller set the last ones).", valueName: "number"))
  var start: Int?
  @Option(help: ArgumentHelp("How many samples to show (default: 9).", valueName: "number")) var count: Int?
  @Option(name: .customLong("class"), help: ArgumentHelp("Show samples of this class alone: its name or number.", valueName: "class"))
  var chosenClass: String?

  init() {}

  /// Nine images from here on are the figure of PyTorch's tutorial.
  static let (usualCount, usualStart) = (9, 59_000)
  /// More fill a terminal for minutes.
  static let mostShown = 1000

  /// Whether something is to be shown. Throws M1332 for options that would say what is shown, where nothing is.
  func isWanted() throws -> Bool {
    if show || png != nil { return true }
    let options = [("--start", start != nil), ("--count", count != nil), ("--class", chosenClass != nil)].filter(\.1).map(\.0)
    guard let option = options.first else { return false }
    throw MartletError(
      UsageErrorCode.idleOption, "\(option) chooses the samples that are shown, and none are", advice: "Add --show, or --png FILE.")
  }

  /// The numbers of the samples. Throws M1331 for a number, a count or a class that the training samples do not have.
  func choose(from set: DataSet) throws -> [Int] {
    let total = set.train.count
    func refused(_ message: String, _ advice: String) -> MartletError {
      MartletError(UsageErrorCode.shownSamples, message, advice: advice)
    }
    let wanted = count ?? ShownSamples.usualCount
    guard (1...ShownSamples.mostShown).contains(wanted) else {
      throw refused("--count \(wanted) samples cannot be shown", "Give a number from 1 to \(ShownSamples.mostShown).")
    }
    if let start, !(0..<total).contains(start) {
      throw refused("--start \(start): there is no such training sample", "Samples are numbered from 0 to \(total - 1).")
    }
    let from = start ?? (set.isOfPictures ? ShownSamples.usualStart : 0)
    var candidates = Array(0..<total)
    if let chosenClass {
      let (number, name) = try classNumber(chosenClass, set)
      let labels = try DataSet.labels(set.train, candidates)
      candidates = candidates.filter { Int(labels[$0]) == number }
      guard let last = candidates.last else {
        throw refused("--class \(chosenClass): no training sample is of class \(name)", "Name another class.")
      }
      if let start, last < start {
        throw refused(
          "--start \(start): no training sample from there on is of class \(name)", "The last one of the class has number \(last).")
      }
    }
    let chosen = candidates.filter { $0 >= from }.prefix(wanted)
    // A set that has fewer from the usual number on shows its last ones.
    return start == nil && chosen.count < wanted ? candidates.suffix(wanted) : Array(chosen)
  }

  /// A class by its name, in capitals or not, or by its number.
  private func classNumber(_ text: String, _ set: DataSet) throws -> (number: Int, name: String) {
    guard set.hasOneClass, let classes = set.classes else {
      throw MartletError(
        UsageErrorCode.shownSamples, "--class \(text): the samples of \(set.path) have no classes", advice: "Leave --class out.")
    }
    let number =
      classes.firstIndex(of: text) ?? classes.firstIndex { $0.lowercased() == text.lowercased() }
      ?? Int(text).flatMap { classes.indices.contains($0) ? $0 : nil }
    guard let number else {
      throw MartletError(
        UsageErrorCode.shownSamples, "--class \(text): there is no such class",
        advice: KnownNames.advice("classes", classes, insteadOf: text)
          + " Their numbers, from 0 to \(classes.count - 1), can be given, too.")
    }
    return (number, classes[number])
  }

  /// Throws M1008 for a picture of samples that are no images.
  func expectDrawable(_ set: DataSet) throws {
    guard png != nil, !set.isOfPictures else { return }
    throw MartletError(
      DataErrorCode.noImage, "the samples of \(set.path) are not images, but \(set.samples.input): --png cannot draw them",
      advice: "Use --show, which lists them as text.")
  }

  /// Draws or lists samples; quietly, nothing is printed about a picture.
  func present(_ samples: [Int], of set: DataSet, quietly: Bool) throws {
    guard set.isOfPictures else {
      let listing = try SampleListing(set.train, samples, columns: set.columns)
      return Output.write("\n\(try listing.text(columns: Output.columns()))")
    }
    let labels = set.hasOneClass ? try DataSet.labels(set.train, samples) : []
    let captions = samples.indices.map { place in
      set.classes.flatMap { labels.indices.contains(place) ? $0[Int(labels[place])] : nil } ?? "image \(samples[place])"
    }
    let sheet = try ImageSheet(set.train, samples, captions: captions)
    let title = "Training \(samples.count == 1 ? "image" : "images") \(ShownSamples.list(samples))"
    if show { Output.write("\n\(title)\n\(sheet.text(columns: Output.columns()))") }
    if let png {
      try FileBytes.write(try sheet.png(), to: png)
      if !quietly { Output.line("\(title) \(samples.count == 1 ? "is" : "are") in \(png).") }
    }
  }

  /// Numbers in words: `59000 to 59008`, or those of a class one by one.
  static func list(_ samples: [Int]) -> String {
    guard let first = samples.first, let last = samples.last else { return "" }
    if samples.count == 1 { return "\(first)" }
    if last - first == samples.count - 1 { return "\(first) to \(last)" }
    return samples.count <= usualCount ? samples.map(String.init).joined(separator: ", ") : "\(first) to \(last) (\(samples.count) of them)"
  }
}
