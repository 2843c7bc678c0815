import ArgumentParser
import MartletCore
import MartletLayers
import Synchronization

/// The models that can be named: those of the executable, and the built-in ones.
enum ModelRegistry {
  typealias Entry = (name: String, make: @Sendable (SampleType?) -> any Model)
  private struct Entries {
    var all: [Entry] = BuiltInModels.all.map { model in (model.name, { model.make(for: $0) }) }
    /// Those that the executable brought.
    var own: [String] = []
  }
  private static let entries = Mutex(Entries())

  /// A model of a name that is known already takes its place.
  static func add(_ models: [Entry]) {
    entries.withLock { known in
      for model in models {
        known.all.removeAll { $0.name == model.name }
        known.all.append(model)
        known.own.removeAll { $0 == model.name }
        known.own.append(model.name)
      }
    }
  }

  /// The model that commands take where an executable has none of its own.
  static let builtInDefault = "mnist-cnn"

  /// What a command takes where no model is named: the only model of the executable, else `mnist-cnn`; nil where it has several.
  static var defaultName: String? {
    let own = ownNames
    return own.count > 1 ? nil : own.first ?? builtInDefault
  }

  /// All names, those of the executable last.
  static var names: [String] { entries.withLock { $0.all.map(\.name) } }

  /// The names that the executable brought.
  static var ownNames: [String] { entries.withLock { $0.own } }

  static var help: ArgumentHelp { "The name of a model (\(defaultText))." }

  static var helpWithFiles: ArgumentHelp {
    "The name of a model, or a file of graph IR (.gir); '-' reads standard input (\(defaultText))."
  }

  private static var defaultText: String { defaultName.map { "default: \($0)" } ?? "such as \(ownNames.joined(separator: ", "))" }

  /// The name that was given, else the default. Throws M1301 where there is none.
  static func chosen(_ name: String?) throws -> String {
    if let name = name ?? defaultName { return name }
    throw MartletError(
      UsageErrorCode.unknownModel, "no model is named, and this program has several of its own",
      advice: "Name one of them: \(ownNames.joined(separator: ", ")).")
  }

  static func make(_ name: String, for samples: SampleType? = nil) throws -> any Model {
    guard let entry = entries.withLock({ $0.all.first { $0.name == name } }) else {
      // What the executable brought is meant more often.
      let names = ownNames + names.filter { !ownNames.contains($0) }
      throw MartletError(
        UsageErrorCode.unknownModel, "unknown model '\(name)'",
        advice: KnownNames.advice("models", names, insteadOf: name, all: "martlet models lists them"))
    }
    return entry.make(samples)
  }
}
