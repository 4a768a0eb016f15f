// The studies of Lu et al. (2022) on random data of their shapes: prints the seconds of each layer and the peak of memory.
//
// Usage: StudiesBenchmark text SENTENCES VOXELS LAYERS FOLDER
//        StudiesBenchmark film SAMPLES_A_RUN VOXELS LAYERS FOLDER   (12 runs, a test film of 270 samples, 10 repeats)
import Encoding
import Formats
import Foundation
import Gyrus
import Tensors

let arguments = CommandLine.arguments
let numbers = arguments.dropFirst(2).compactMap { Int($0) }
guard arguments.count == 6, numbers.count == 3 else {
    fatalError("usage: StudiesBenchmark text|film SAMPLES VOXELS LAYERS FOLDER")
}
let (samples, voxels, layers) = (numbers[0], numbers[1], numbers[2])
let folder = arguments[5]

/// Uniform numbers of unit variance from a fast generator.
func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns) { target in
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        for i in target.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            target[i] = Float(Double(Int64(bitPattern: state) >> 11) / 4_503_599_627_370_496 * 1.732)
        }
    }
}

/// A feature file of random numbers, as `featureFile` writes it.
func features(_ name: String, rows: Int, seed: UInt64) throws -> FeatureFile {
    let path = folder + "/" + name
    let names = (0..<layers).map { "encoder.layer.\($0)" }
    try HDF5File.create(path) { file in
        for key in [
            "model", "tower", "precision", "weights_sha256", "settings_sha256", "transform", "pooling",
            "stimuli",
        ] {
            try file.setAttribute(key, to: .strings(["random"]))
        }
        try file.setAttribute("stimuli_sha256", to: .strings([name]))
        try file.setAttribute("layers", to: .strings(names))
        for (layer, title) in names.enumerated() {
            try file.write(random(rows, 768, seed: seed + UInt64(layer)), to: "/features/\(title)")
        }
    }
    return try FeatureFile.open(path)
}

/// Responses of which a tenth of the variance is signal of 20 features.
func responses(to x: Matrix<Float>, seed: UInt64) -> Matrix<Float> {
    var y = random(x.rows, voxels, seed: seed)
    y += multiply(x.columns(0..<20), random(20, voxels, seed: seed + 1) * 0.07)
    return y
}

func peakMemory() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 / 1_048_576 }
        ?? .nan
}

func textStudy() throws -> (seconds: Double, processor: Double) {
    let multimodal = try features("multimodal.h5", rows: samples, seed: 1)
    let unimodal = try features("unimodal.h5", rows: samples, seed: 100)
    let study = try Study(name: "P01", responses: responses(to: multimodal["encoder.layer.0"], seed: 7))
    let (start, used) = (ContinuousClock.now, clock())
    _ = try LuEtAl2022.textStudy(
        of: ["P01"], multimodal: multimodal, unimodal: unimodal, folder: folder + "/study",
        showsProgress: false
    ) { _ in study }
    return (
        (ContinuousClock.now - start) / .seconds(1), Double(clock() - used) / Double(CLOCKS_PER_SEC)
    )
}

func filmStudy() throws -> (seconds: Double, processor: Double) {
    let runs = try (0..<12).map { try features("run-\($0).h5", rows: samples, seed: UInt64(1 + 100 * $0)) }
    let test = try features("test.h5", rows: 270, seed: 5000)
    let x = Matrix.stacked(try runs.map { try $0["encoder.layer.0"] })
    let training = try Study(
        name: "S01", responses: responses(to: x, seed: 7),
        runs: Runs(lengths: [Int](repeating: samples, count: 12)))
    let repeats = try (0..<10).map { try responses(to: test["encoder.layer.0"], seed: UInt64(20 + 2 * $0)) }
    let films = try LuEtAl2022.FilmFeatures(model: "vit", training: runs, test: test)
    let (start, used) = (ContinuousClock.now, clock())
    _ = try LuEtAl2022.filmStudy(
        of: ["S01"], features: [films], folder: folder + "/study", showsProgress: false
    ) { _ in try LuEtAl2022.FilmResponses(training: training, repeats: repeats) }
    return (
        (ContinuousClock.now - start) / .seconds(1), Double(clock() - used) / Double(CLOCKS_PER_SEC)
    )
}

let (seconds, processor) = try arguments[1] == "text" ? textStudy() : filmStudy()
print(
    "{\"seconds\": \(seconds), \"processorSeconds\": \(processor), \"peakGB\": \(try peakMemory())}")
