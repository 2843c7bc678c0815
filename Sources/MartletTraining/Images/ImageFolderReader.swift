import MartletCore
import MartletRuntime
import Synchronization

/// Decodes the images of a folder with several threads into one tensor.
struct ImageFolderReader {
  let folder: String
  /// The image whose shape all have where none may differ.
  let first: String
  let preparation: PhotoPreparation
  /// Whether images of other shapes are converted.
  let mayDiffer: Bool
  let threads: Int

  /// What went wrong in the order of the files, whichever thread met it first.
  private struct Problems {
    var brokenCount = 0
    var firstBroken: (number: Int, error: MartletError)?
    var firstDifferent: (number: Int, shape: Shape)?
  }

  /// The progress that the threads share.
  private final class Progress: Sendable {
    /// The next image that no thread has taken.
    let next = Atomic<Int>(0)
    let isStopped = Atomic<Bool>(false)
    let problems = Mutex(Problems())
  }

  /// `u8[N, channels, height, width]`. The caller has checked that there is memory for it.
  func pixels(_ files: [String]) throws -> HostTensor {
    let imageByteCount = preparation.shape.elementCount
    let pool = try WorkerPool(count: max(1, min(threads, files.count)))
    let progress = Progress()
    let pixels = [UInt8](unsafeUninitializedCapacity: files.count * imageByteCount) { target, initializedCount in
      target.initialize(repeating: 0)
      if let start = target.baseAddress {
        pool.run { _ in
          while !progress.isStopped.load(ordering: .relaxed) {
            let number = progress.next.add(1, ordering: .relaxed).oldValue
            guard number < files.count else { return }
            read(files[number], number, to: start + number * imageByteCount, progress)
          }
        }
      }
      initializedCount = files.count * imageByteCount
    }
    try throwFirst(progress.problems.withLock { $0 }, files)
    return HostTensor(Shape([files.count] + preparation.shape.extents), pixels)
  }

  private func read(_ file: String, _ number: Int, to target: UnsafeMutablePointer<UInt8>, _ progress: Progress) {
    do {
      let image = try ImageDecoder.read("\(folder)/\(file)")
      guard mayDiffer || image.shape == preparation.shape else {
        progress.problems.withLock { problems in
          if number < problems.firstDifferent?.number ?? .max { problems.firstDifferent = (number, image.shape) }
        }
        // Images before this one are in other threads' hands and still compared: which one is named does not depend on the threads.
        progress.isStopped.store(true, ordering: .relaxed)
        return
      }
      try preparation.prepare(image).image.writePlanes(to: target)
    } catch {
      let error = error as? MartletError ?? ImageDecoder.damaged("PNG or JPEG", file, "\(error)")
      progress.problems.withLock { problems in
        problems.brokenCount += 1
        if number < problems.firstBroken?.number ?? .max { problems.firstBroken = (number, error) }
      }
    }
  }

  private func throwFirst(_ problems: Problems, _ files: [String]) throws {
    if let (number, shape) = problems.firstDifferent {
      throw MartletError(
        ImageErrorCode.sizesDiffer, "\(folder)/\(files[number]) has the shape \(shape), \(folder)/\(first) has \(preparation.shape)",
        advice: "Give the size that all images are to be converted to, as channels, height and width.")
    }
    guard let (_, error) = problems.firstBroken else { return }
    guard problems.brokenCount > 1 else { throw error }
    throw MartletError(
      error, "\(problems.brokenCount) of \(files.count) images cannot be read; the first: \(error.message)", at: error.location)
  }
}
