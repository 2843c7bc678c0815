import MartletCore
import Testing

/// Which name a message suggests, and how long its lists are.
@Suite struct SuggestedNames {
  @Test(arguments: [
    ("trian", "train"), ("lenet", "lenet5"), ("MNIST-CNN", "mnist-cnn"), ("fuze", "fuse"), ("resent8", "resnet8"), ("conv", "conv2"),
  ])
  func meant(_ name: String, _ right: String) {
    let names = ["train", "eval", "lenet5", "mnist-cnn", "fuse", "resnet8", "conv2", "x"]
    #expect(KnownNames.nearest(to: name, among: names) == right)
    #expect(KnownNames.advice("names", names, insteadOf: name).hasPrefix("Did you mean '\(right)'? The names are train, "))
  }

  /// Nothing is suggested that has little in common, nor for what is much longer than a name.
  @Test(arguments: ["", "y", "hello", "ev", String(repeating: "train", count: 20_000)]) func notMeant(_ name: String) {
    #expect(KnownNames.nearest(to: name, among: ["train", "eval", "x"]) == nil)
    #expect(KnownNames.nearest(to: name, among: []) == nil)
  }

  @Test(arguments: [0, 1, 10, 11, 40]) func longListsAreCut(_ count: Int) {
    let names = (0..<count).map { "name\($0)" }
    let text = KnownNames.advice("names", names, insteadOf: "nmae7", all: "a command lists them")
    let lines = text.split(separator: "\n")
    switch count {
    case 0: #expect(text == "There are no names.")
    case 11...:
      #expect(lines.count == 12 && lines[0] == "Did you mean 'name7'? The names are" && lines[1] == "    name7", "\(text)")
      #expect(lines.last == "    and \(count - 10) more; a command lists them.")
    default: #expect(lines.count == 1 && names.allSatisfy(text.contains))
    }
  }

  @Test func groupedDigits() {
    #expect([0, 7, 999, 1000, 11_173_962, -1234].map(NumberText.grouped) == ["0", "7", "999", "1,000", "11,173,962", "-1,234"])
  }
}
