import ArgumentParser
import MartletCore

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "data", abstract: "Say which data set is found, and where.")

  @Option(help: "The folder of the data set.") var data: String?
  @Flag(help: "Draw the first images of the training set.") var show = false

  private static let shownImages = 5

  func run() throws {
    let (title, folder) = try DataLocator.find(data)
    let dataSet = try DataSet.load(folder: folder)
    Output.line("\(dataSet.name) in \(folder) (\(title))")
    for (part, images) in [("training", dataSet.train), ("test", dataSet.test)] {
      var counts = [Int](repeating: 0, count: dataSet.classes)
      for label in images.labels { counts[Int(label)] += 1 }
      let list = counts.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ")
      Output.line("\(part): \(images.count) images of \(images.shape[1]) x \(images.shape[2]); \(list)")
    }
    guard show else { return }
    for image in 0..<min(DataCommand.shownImages, dataSet.train.count) {
      Output.line("\nlabel \(dataSet.train.labels[image])")
      Output.write(DataCommand.picture(dataSet.train, image))
    }
  }

  /// Two pixels a character, one above the other.
  static func picture(_ images: LabelledImages, _ image: Int) -> String {
    let shades = Array(" .:-=+*#%@")
    let (height, width) = (images.shape[1], images.shape[2])
    var text = ""
    for row in stride(from: 0, to: height, by: 2) {
      for column in 0..<width {
        let start = image * images.imageByteCount + row * width + column
        let below = row + 1 < height ? Int(images.pixels[start + width]) : 0
        let brightness = (Int(images.pixels[start]) + below) / 2
        text.append(shades[brightness * (shades.count - 1) / 255])
      }
      text += "\n"
    }
    return text
  }
}
