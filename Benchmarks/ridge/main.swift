// One ridge fit on random data: prints its seconds, floating-point work and share of the GEMM peak as JSON.
//
// Usage: EncodingBenchmark SAMPLES FEATURES VOXELS float|double|heldout|banded (20 alphas, 5 folds; see run.py)

import Encoding
import Foundation
import Tensors

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let kind = CommandLine.arguments.last ?? "float"
guard arguments.count == 3 else {
    fatalError("usage: EncodingBenchmark SAMPLES FEATURES VOXELS float|double|heldout|banded")
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

if kind == "double" { try run(Double.self) } else { try run(Float.self) }
