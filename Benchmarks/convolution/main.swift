// A convolutional network on random images: prints milliseconds an image and peak memory as JSON.
//
// Usage: ConvolutionBenchmark WEIGHTS BATCH SECONDS (see run.py), or ConvolutionBenchmark product, which prints what a
// product of 2048 x 2048 reaches in GFLOP/s.

import Foundation
import FoundationModels
import Tensors

let arguments = CommandLine.arguments
if arguments.dropFirst() == ["product"] {
    let square = Matrix<Float>(rows: 2048, columns: 2048, repeating: 1)
    let times = (0..<5).map { _ in
        let start = ContinuousClock.now
        _ = multiply(square, square)
        return (ContinuousClock.now - start) / .seconds(1)
    }
    print("{\"gflops\": \(2 * 2048.0 * 2048 * 2048 / (times.min() ?? 1) / 1e9)}")
    exit(0)
}
guard arguments.count == 4, let batch = Int(arguments[2]), let seconds = Double(arguments[3]) else {
    fatalError("usage: ConvolutionBenchmark WEIGHTS BATCH SECONDS")
}
let tower = try FoundationModel.load(arguments[1]).image
var state: UInt64 = 88_172_645_463_325_252
let images = Tensor<Float>(shape: [batch, 3, tower.imageSize.height, tower.imageSize.width]) { target in
    for index in target.indices {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        target[index] = Float(Int64(bitPattern: state) >> 40) / 8_388_608
    }
}

func run() throws -> Double {
    let start = ContinuousClock.now
    _ = try tower.features(of: images, layers: .last, batchSize: batch, showsProgress: false)
    return (ContinuousClock.now - start) / .seconds(1)
}

_ = try run()
var times: [Double] = []
repeat { times.append(try run()) } while times.reduce(0, +) < seconds
var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
let median = times.sorted()[times.count / 2] * 1000 / Double(batch)
print("{\"milliseconds\": \(median), \"gigabytes\": \(Double(usage.ru_maxrss) / 1e6)}")
