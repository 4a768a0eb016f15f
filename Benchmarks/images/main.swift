// Decoding, resizing and transforming images: prints milliseconds an image as JSON.
//
// Usage: ImagesBenchmark FOLDER THREADS SECONDS (see run.py)

import Formats
import Foundation
import FoundationModels
import Tensors

let arguments = CommandLine.arguments
guard arguments.count == 4, let threads = Int(arguments[2]), let seconds = Double(arguments[3]) else {
    fatalError("usage: ImagesBenchmark FOLDER THREADS SECONDS")
}
threadCount = threads
let folder = URL(fileURLWithPath: arguments[1])
let jpeg = folder.appending(path: "photo.jpg")
let photo = try RGBImage.open(jpeg)
let files = ImageFiles((0..<100).map { folder.appending(path: "photos/\($0).jpg") })
let transform = ImageTransform(fit: .shorterSide(384), normalization: .clip)

/// The median of the seconds that a call takes.
func time(_ body: () throws -> Void) rethrows -> Double {
    try body()
    var times: [Double] = []
    repeat {
        let start = ContinuousClock.now
        try body()
        times.append((ContinuousClock.now - start) / .seconds(1))
    } while times.reduce(0, +) < seconds
    return times.sorted()[times.count / 2]
}

let results = try [
    "jpeg": time { _ = try RGBImage.open(jpeg) },
    "png": time { _ = try RGBImage.open(folder.appending(path: "photo.png")) },
    "resize": time { _ = try photo.resized(width: 512, height: 384, .bicubic) },
    "transform": time { _ = try transform.batch(of: files, 0..<files.count, size: ImageSize(384)) } / 100,
]
print(String(decoding: try JSONEncoder().encode(results.mapValues { $0 * 1000 }), as: UTF8.self))
