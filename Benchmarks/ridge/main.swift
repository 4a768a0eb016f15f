// One ridge fit on random data: prints its seconds, floating-point work and share of the GEMM peak as JSON.
//
// Usage: EncodingBenchmark SAMPLES FEATURES VOXELS float|double|heldout|kernel|banded|file (20 alphas, 5 folds; see
// run.py). `kernel` gives weights of samples, as himalaya's KernelRidgeCV does; `file` reads the responses from an HDF5
// file and writes the results to another in at most 1 GB.

import Encoding
import Formats
import Foundation
import Tensors

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let kind = CommandLine.arguments.last ?? "float"
guard arguments.count == 3 else {
    fatalError("usage: EncodingBenchmark SAMPLES FEATURES VOXELS float|double|heldout|kernel|banded|file")
}

/// Uniform numbers of unit variance from a fast generator.
func random<Element: Scalar>(_ rows: Int, _ columns: Int, seed: UInt64, as type: Element.Type) -> Matrix<
    Element
> {
    Matrix(rows: rows, columns: columns) { target in
        var state = seed
        for i in target.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            target[i] = Element(Double(Int64(bitPattern: state) >> 11) / 4_503_599_627_370_496 * 1.732)
        }
    }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
}

/// Fits voxels of a file of noise that is written first, a few thousand voxels at a time.
func runFromFile() throws {
    let (samples, features, voxels) = (arguments[0], arguments[1], arguments[2])
    let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-benchmark-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "responses.h5")
    try HDF5File.create(url) { file in
        let dataset = try file.createDataset("/responses", shape: [samples, voxels])
        for first in stride(from: 0, to: samples, by: 100) {
            let rows = random(min(100, samples - first), voxels, seed: UInt64(first + 1), as: Float.self)
            try dataset.write(Tensor(rows), at: [first, 0])
        }
    }
    let x = random(samples, features, seed: 88_172_645_463_325_252, as: Float.self)
    let responses = try HDF5File.open(url).dataset("/responses")
    let model = Ridge(alphas: .logspace(0, 6, count: 20))
    let time = try seconds {
        try model.fit(
            x, to: responses, file: folder.appending(path: "ridge.h5").path, memoryLimit: .gigabytes(1))
    }
    print("{\"seconds\": \(time)}")
}

func run<Element: Scalar>(_ type: Element.Type) throws {
    let (samples, features, voxels) = (arguments[0], arguments[1], arguments[2])
    let x = random(samples, features, seed: 88_172_645_463_325_252, as: type)
    // A tenth of the voxels' variance is signal of 20 features.
    var y = random(samples, voxels, seed: 1_442_695_040_888_963_407, as: type)
    let weights = random(20, voxels, seed: 6_364_136_223_846_793_005, as: type)
    y.withUnsafeMutableBufferPointer { y in
        x.withUnsafeBufferPointer { x in
            weights.withUnsafeBufferPointer { weights in
                guard let y = y.baseAddress, let x = x.baseAddress, let w = weights.baseAddress else {
                    return
                }
                LinearAlgebra.gemm(
                    m: samples, n: voxels, k: 20, alpha: 0.07, a: x, lda: features, b: w, ldb: voxels,
                    beta: 1, c: y,
                    ldc: voxels)
            }
        }
    }
    var score = 0.0
    let time: Double
    if kind == "banded" {
        let bands = [x.columns(0..<features / 2), x.columns(features / 2..<features)]
        let model = BandedRidge(
            alphas: .logspace(1, 20, count: 20), candidates: .dirichlet(20, seed: 1), intercept: false,
            showsProgress: false)
        time = try seconds { score = try model.fit(bands, to: y).searchScores.row(0).reduce(0, +) }
    } else if kind == "kernel" {
        let model = KernelRidge(
            alphas: .logspace(0, 6, count: 20), intercept: false, scoresHeldOut: false, showsProgress: false)
        time = try seconds { score = try model.fit(x, to: y).searchScores.row(19).reduce(0, +) }
    } else {
        let model = Ridge(
            alphas: .logspace(0, 6, count: 20), intercept: false, scoresHeldOut: kind == "heldout",
            showsProgress: false)
        _ = try Ridge(alphas: [1, 10], intercept: false)
            .fit(x.rows(0..<100), to: y.rows(0..<100).columns(0..<10))
        time = try seconds { score = try model.fit(x, to: y).bestSearchScores.reduce(0, +) }
    }
    let square = random(2048, 2048, seed: 3_037_000_493, as: type)
    let gemm = (0..<5).map { _ in seconds { _ = multiply(square, square) } }.min() ?? 1
    let peak = 2 * pow(2048.0, 3) / gemm
    print(
        "{\"seconds\": \(time), \"gemmPeakGFLOPs\": \(peak / 1e9), \"meanScore\": \(score / Double(voxels))}")
}

switch kind {
case "file": try runFromFile()
case "double": try run(Double.self)
default: try run(Float.self)
}
