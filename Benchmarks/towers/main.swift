import Foundation
import FoundationModels
import Tensors

// Usage: TowersBenchmark FOLDER STIMULI ROUNDS [float32|bfloat16], or TowersBenchmark product
// STIMULI is a number of images, or the file of texts, one a line. Runs them through the model's tower to the last layer
// and prints the best time of the rounds in seconds a stimulus and what the first row of the result begins with.
// `product` prints what a product of 2048 x 2048 reaches in GFLOP/s.

func best(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<rounds {
        let start = ContinuousClock.now
        try body()
        best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return best
}

/// Prints what one of the towers needs for the stimuli.
func measure(count: Int, rounds: Int, _ features: () throws -> FeatureSet) throws {
    let first = try features()
    let seconds = try best(of: rounds) { _ = try features() }
    struct Measurement: Encodable {
        let seconds: Double
        /// What the first row begins with, to be compared with that of the other sides.
        let result: [Float]
    }
    let measurement = Measurement(
        seconds: seconds / Double(count), result: Array(first[first.endIndex - 1].matrix.row(0).prefix(4)))
    print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
}

let arguments = CommandLine.arguments
switch arguments.count {
case 2 where arguments[1] == "product":
    let square = Matrix<Float>(rows: 2048, columns: 2048, repeating: 1)
    let seconds = best(of: 5) { _ = multiply(square, square) }
    print("{\"gflops\": \(2 * 2048.0 * 2048 * 2048 / seconds / 1e9)}")
case 4, 5:
    let rounds = Int(arguments[3]) ?? 1
    let name = arguments.count == 5 ? arguments[4] : "float32"
    guard let precision = Precision(rawValue: name) else { fatalError("no precision is called \(name)") }
    let model = try FoundationModel.load(arguments[1], precision: precision)
    if let count = Int(arguments[2]) {
        let tower = try model.image
        let size = tower.imageSize
        var state: UInt32 = 1
        let images = Tensor<Float>(shape: [count, 3, size.height, size.width]) { target in
            for index in target.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                target[index] = Float(state >> 8) / Float(1 << 23) - 1
            }
        }
        try measure(count: count, rounds: rounds) {
            try tower.features(of: images, layers: .last, showsProgress: false)
        }
    } else {
        let texts = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n").map(
            String.init)
        let tower = try model.text
        try measure(count: texts.count, rounds: rounds) {
            try tower.features(of: texts, layers: .last, showsProgress: false)
        }
    }
default:
    FileHandle.standardError.write(
        Data("usage: TowersBenchmark FOLDER STIMULI ROUNDS [float32|bfloat16]\n".utf8))
    exit(2)
}
