import Encoding
import Formats
import Foundation
import Tensors

/// The "shortclips" data of Huth et al. (2012): responses to films, features and maps of the flattened cortex.
///
/// ```swift
/// let clips = try Shortclips.open("~/data/shortclips")
/// let study = try clips.study("S01")                       // 12 runs of training
/// let (repeats, ceiling) = (try clips.testRepeats("S01"), try clips.ceiling("S01"))
/// ```
///
/// Expects `responses/S01_responses.hdf` (`Y_train`, `Y_test` of repeats x samples x voxels, `run_onsets`),
/// `features/*.hdf` (`X_train`, `X_test`), `mappers/S01_mappers.hdf` and `stimuli/train_00.hdf` … `test.hdf`
/// (`stimuli`, frames x height x width x 3). Voxels outside the brain's mask may be NaN. The original files were not
/// available; the names are those of the published tutorials.
/// Source: Huth, Nishimoto, Vu & Gallant, Neuron 76 (2012), 1210-1224; gin.g-node.org/gallantlab/shortclips.
public struct Shortclips: StudyLayout {
    public static let title = "Huth et al. 2012 (shortclips)"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Shortclips {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names(in: "responses", from: "", to: "_responses.hdf")
        guard !subjects.isEmpty else { throw files.mismatch("responses/S01_responses.hdf") }
        return Shortclips(subjects: subjects, files: files)
    }

    public var parts: [LayoutPart] {
        let films = (0..<12).map { String(format: "stimuli/train_%02d.hdf", $0) } + ["stimuli/test.hdf"]
        return [
            LayoutPart("responses", subjects.map { "responses/\($0)_responses.hdf" }, in: files),
            LayoutPart("maps of the cortex", subjects.map { "mappers/\($0)_mappers.hdf" }, in: files),
            LayoutPart("films", films, in: files),
            LayoutPart("features", features.map { "features/\($0).hdf" }, in: files),
        ]
    }

    /// The names of the features that are there, for instance "wordnet".
    public var features: [String] { files.names(in: "features", from: "", to: ".hdf") }

    /// A subject's responses in the training runs; the regions of the mapper, which may overlap, as sets.
    ///
    /// Throws `FormatError` if the file of the responses is missing or not as expected.
    public func study(_ subject: String) throws -> Study {
        let file = try responses(subject)
        let matrix: Matrix<Float> = try file.dataset("Y_train").matrix()
        return try Study(
            name: subject, responses: matrix,
            runs: Runs(lengths: Self.runLengths(file, samples: matrix.rows)),
            regionSets: regions(subject, matrix.columns))
    }

    /// The responses to the test film: one matrix of samples x voxels for each repeat.
    ///
    /// Throws `FormatError` if the file is missing or not as expected.
    public func testRepeats(_ subject: String) throws -> [Matrix<Float>] {
        let dataset = try responses(subject).dataset("Y_test")
        guard dataset.shape.count == 3 else {
            throw FormatError(
                folder, "\"Y_test\" of \(subject)", expected: "repeats x samples x voxels",
                found: "of shape \(dataset.shape)")
        }
        return try (0..<dataset.shape[0]).map { number in
            let part: Tensor<Float> = try dataset.rows(number..<number + 1)
            return part.reshaped(to: Array(dataset.shape.dropFirst())).matrix
        }
    }

    /// The best that a model could reach on the mean over the repeats of the test film.
    ///
    /// Throws `FormatError` as `testRepeats` does, and `EncodingError` if there is only one repeat.
    public func ceiling(_ subject: String) throws -> NoiseCeiling {
        try NoiseCeiling(of: testRepeats(subject))
    }

    /// Features of the training films and of the test film: samples x features each.
    ///
    /// Throws `FormatError` if there are none of that name, or the file is not as expected.
    public func features(_ name: String) throws -> (training: Matrix<Float>, test: Matrix<Float>) {
        let file = try HDF5File.open(files.file("features/\(name).hdf", for: "the features \(name)"))
        return (try file.dataset("X_train").matrix(), try file.dataset("X_test").matrix())
    }

    /// The frames of a training film, from 0 on: frames x height x width x 3, read when they are asked for.
    ///
    /// Throws `FormatError` if the file is missing or has no `stimuli`.
    public func frames(ofTrainingRun run: Int) throws -> HDF5Dataset {
        try frames(String(format: "stimuli/train_%02d.hdf", run))
    }

    /// The frames of the test film. Throws `FormatError` if the file is missing or has no `stimuli`.
    public func framesOfTest() throws -> HDF5Dataset { try frames("stimuli/test.hdf") }

    /// The map from the subject's voxels to the flattened cortex.
    ///
    /// Throws `FormatError` if the file is missing or not as expected.
    public func flatMapper(_ subject: String) throws -> FlatMapper {
        try files.check(subject, in: subjects)
        return try FlatMapper.open(
            files.file("mappers/\(subject)_mappers.hdf", for: "the map of \(subject)'s cortex"))
    }

    /// How many samples a subject's training runs and the test film have; reads no responses.
    ///
    /// Throws `FormatError` if the file of the responses is missing or not as expected.
    package func sampleCounts(_ subject: String) throws -> (training: [Int], test: Int) {
        let file = try responses(subject)
        let (training, test) = (try file.dataset("Y_train").shape, try file.dataset("Y_test").shape)
        for (name, shape, expected) in [
            ("Y_train", training, ["samples", "voxels"]), ("Y_test", test, ["repeats", "samples", "voxels"]),
        ] where shape.count != expected.count {
            throw FormatError(
                file.url, "\"\(name)\"", expected: expected.joined(separator: " x "),
                found: "of shape \(shape)")
        }
        return (try Self.runLengths(file, samples: training[0]), test[1])
    }

    /// The lengths of the training runs by `run_onsets`; one run without it.
    private static func runLengths(_ file: HDF5File, samples: Int) throws -> [Int] {
        guard file.contains("run_onsets") else { return [samples] }
        let onsets = try file.dataset("run_onsets").integers()
        let ends = onsets.dropFirst() + [samples]
        guard onsets.first == 0, zip(onsets, ends).allSatisfy(<) else {
            throw FormatError(
                file.url, "\"run_onsets\"", expected: "0 and then rising, below \(samples)",
                found: "\(onsets)")
        }
        return zip(onsets, ends).map { $1 - $0 }
    }

    private func responses(_ subject: String) throws -> HDF5File {
        try files.check(subject, in: subjects)
        return try HDF5File.open(
            files.file("responses/\(subject)_responses.hdf", for: "\(subject)'s responses"))
    }

    private func frames(_ path: String) throws -> HDF5Dataset {
        try HDF5File.open(files.file(path, for: "the frames of a film")).dataset("stimuli")
    }

    /// The masks `roi_mask_…` of a mapper.
    private func regions(_ subject: String, _ voxelCount: Int) throws -> [RegionSet] {
        let path = "mappers/\(subject)_mappers.hdf"
        guard files.contains(path) else { return [] }
        let file = try HDF5File.open(files.url.appendingPathComponent(path))
        let prefix = "roi_mask_"
        return try file.members().filter { $0.hasPrefix(prefix) }.map { member in
            let name = String(member.dropFirst(prefix.count))
            let mask = try file.dataset(member).tensor(as: Float.self).elements
            guard mask.count == voxelCount else {
                throw FormatError(
                    file.url, "\"\(member)\"", expected: "\(voxelCount) numbers, one a voxel",
                    found: "\(mask.count)")
            }
            return RegionSet(name, Regions(names: mask.map { $0 != 0 ? name : "" }))
        }
    }
}
