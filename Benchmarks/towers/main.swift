import Foundation
import FoundationModels
import Tensors

// Usage: TowersBenchmark FOLDER BATCH ROUNDS
// Runs a batch of images of the model's size through its image tower to the last layer, and prints the best time of the
// rounds in seconds an image, and what a product of 2048 x 2048 reaches at that moment.

struct Measurement: Encodable {
    let secondsPerImage: Double
    let gemmGFLOPs: Double
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let batch = Int(arguments[2]), let rounds = Int(arguments[3]) else {
    FileHandle.standardError.write(Data("usage: TowersBenchmark FOLDER BATCH ROUNDS\n".utf8))
    exit(2)
}

func best(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<rounds {
        let start = ContinuousClock.now
        try body()
        best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return best
}

let tower = try FoundationModel.load(URL(fileURLWithPath: arguments[1])).image
let size = tower.imageSize
var state: UInt32 = 1
let images = Tensor<Float>(
    shape: [batch, 3, size.height, size.width],
    elements: (0..<batch * 3 * size.height * size.width).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / Float(1 << 23) - 1
    })
func run() throws {
    _ = try tower.features(of: images, layers: .last, batchSize: batch, showsProgress: false)
}
try run()
let seconds = try best(of: rounds, run)
let square = Matrix<Float>(rows: 2048, columns: 2048, repeating: 1)
let product = best(of: 3) { _ = multiply(square, square) }
let measurement = Measurement(
    secondsPerImage: seconds / Double(batch), gemmGFLOPs: 2 * 2048.0 * 2048 * 2048 / product / 1e9)
print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
