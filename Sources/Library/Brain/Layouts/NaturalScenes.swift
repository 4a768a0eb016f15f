import Encoding
import Formats
import Foundation
import Tensors

/// The Natural Scenes Dataset (NSD): responses of eight subjects to up to 30,000 presentations of pictures.
///
/// ```swift
/// let nsd = try NaturalScenes.open("~/data/nsd")
/// let study = try nsd.study("subj01", sessions: 1...2)                     // 1.8 mm, the mask nsdgeneral
/// let cortex = try nsd.study("subj01", sessions: 1...2, on: .fsaverage)
/// let ceiling = try nsd.ceiling("subj01", in: study.space, repeats: 3)
/// ```
///
/// Expects the bucket's folders: `nsddata_betas/ppdata/subj01/func1pt8mm/betas_fithrf_GLMdenoise_RR/` with
/// `betas_session01.hdf5` (or `.nii.gz`) and `ncsnr.nii.gz`, the same in `fsaverage/` with `lh.betas_session01.mgh` and
/// `lh.ncsnr.mgh`, `nsddata/ppdata/subj01/func1pt8mm/roi/*.nii.gz`, `nsddata/freesurfer/subj01/label/*.mgz.ctab` and
/// `nsddata/experiments/nsd/nsd_expdesign.mat`. Responses are percent of signal change: whole numbers in files of a
/// volume are divided by 300. A run is a session, within which responses are to be z-scored. Stimuli are the numbers
/// of the 73,000 pictures, from 1; the picture's place in `imgBrick` of `nsd_stimuli.hdf5` is one less. The original
/// files were not available, and that those of fsaverage are not scaled could not be confirmed.
/// Source: Allen et al., Nature Neuroscience 25 (2022), 116-126.
public struct NaturalScenes: StudyLayout {
    /// Where the responses lie.
    public enum Space: String, Sendable, CaseIterable {
        /// The subject's own volume of 1.8 mm.
        case func1pt8mm
        /// The vertices of fsaverage.
        case fsaverage
    }

    public static let title = "Natural Scenes Dataset"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    static let trialsPerSession = 750
    private static let betas = "betas_fithrf_GLMdenoise_RR"

    public static func open(_ folder: some FileLocation) throws -> NaturalScenes {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names(in: "nsddata_betas/ppdata", from: "subj").map { "subj" + $0 }
        guard !subjects.isEmpty else { throw files.mismatch("nsddata_betas/ppdata/subj01") }
        return NaturalScenes(subjects: subjects, files: files)
    }

    public var parts: [LayoutPart] {
        let spaces = Space.allCases.map { space in
            let found = subjects.flatMap { subject in
                files.names(in: path(subject, space)).filter { $0.contains("betas_session") }
                    .map { path(subject, space) + "/" + $0 }
            }
            return LayoutPart("responses, \(space.rawValue)", found, in: files)
        }
        return spaces + [
            LayoutPart(
                "noise ceilings",
                subjects.flatMap { subject in
                    (sessions(subject, .func1pt8mm).isEmpty
                        ? [] : [path(subject, .func1pt8mm) + "/ncsnr.nii.gz"])
                        + (sessions(subject, .fsaverage).isEmpty ? [] : ratiosOfSurfaces(subject))
                }, in: files),
            LayoutPart("mask", subjects.map { roi($0, "nsdgeneral") }, in: files),
            LayoutPart("order of the pictures", [Self.design], in: files),
            LayoutPart("pictures", ["nsddata_stimuli/stimuli/nsd/nsd_stimuli.hdf5"], in: files),
        ]
    }

    private static let design = "nsddata/experiments/nsd/nsd_expdesign.mat"

    private func path(_ subject: String, _ space: Space) -> String {
        "nsddata_betas/ppdata/\(subject)/\(space.rawValue)/\(Self.betas)"
    }

    private func ratiosOfSurfaces(_ subject: String) -> [String] {
        Hemisphere.allCases.map { "\(path(subject, .fsaverage))/\($0.prefix).ncsnr.mgh" }
    }

    private func roi(_ subject: String, _ name: String) -> String {
        "nsddata/ppdata/\(subject)/func1pt8mm/roi/\(name).nii.gz"
    }

    /// The sessions of a subject that are there, from 1.
    public func sessions(_ subject: String, _ space: Space = .func1pt8mm) -> [Int] {
        let names = files.names(in: path(subject, space))
        let prefix = space == .fsaverage ? "lh.betas_session" : "betas_session"
        return Set(
            names.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count).prefix(2)) }
        )
        .sorted()
    }

    /// A subject's responses: presentations of the sessions, one after another, x voxels or vertices.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "subj01".
    ///   - sessions: which sessions, from 1.
    ///   - space: the subject's volume, or fsaverage.
    ///   - mask: the region image whose voxels above 0 are taken, in the volume only.
    ///
    /// Regions of the volume are the images of `roi/` that have a table of names, a set each. Throws `FormatError`
    /// or `BrainError` if a file is missing or not as expected.
    public func study(
        _ subject: String, sessions: ClosedRange<Int>, on space: Space = .func1pt8mm,
        mask: String = "nsdgeneral"
    ) throws -> Study {
        try files.check(subject, in: subjects)
        // The names of files have two digits.
        guard sessions.lowerBound >= 1, sessions.upperBound <= 99 else {
            throw FormatError(
                folder, "the sessions", expected: "within 1 to 99",
                found: "\(sessions.lowerBound) to \(sessions.upperBound)")
        }
        let stimuli = try pictures(subject, sessions)
        let parts: [Matrix<Float>]
        let voxels: VoxelSpace
        var sets: [RegionSet] = []
        switch space {
        case .func1pt8mm:
            let image = try NIfTI.open(files.file(roi(subject, mask), for: "the mask \(mask)"))
            voxels = try VoxelSpace(mask: image.above(0))
            parts = try sessions.map { try volume(subject, $0, voxels) }
            sets = try regions(subject, in: voxels)
        case .fsaverage:
            var counts: [Int] = []
            parts = try sessions.map { session in
                let halves = try Hemisphere.allCases.map { try surface(subject, session, $0.prefix) }
                if counts.isEmpty { counts = halves.map(\.columns) }
                return try files.beside(halves, counts, "the hemispheres of session \(session)")
            }
            voxels = try VoxelSpace(left: counts[0], right: counts[1])
        }
        let (responses, runs) = try files.joined(parts, "the sessions of \(subject)", of: "voxels")
        return try Study(
            name: subject, stimuli: stimuli, responses: responses, runs: runs, space: voxels,
            regionSets: sets)
    }

    /// The best that a model could reach on the mean over repeats, from the ratio of signal and noise (`ncsnr`).
    ///
    /// - Parameters:
    ///   - subject: the subject's name.
    ///   - space: the study's space.
    ///   - repeats: over how many presentations of a picture the responses are averaged.
    ///
    /// Throws `FormatError` if the file is missing, or on another grid.
    public func ceiling(_ subject: String, in space: VoxelSpace, repeats: Int = 3) throws -> NoiseCeiling {
        try files.check(subject, in: subjects)
        var ratios: [Float] = []
        if space.kind == .surface {
            for path in ratiosOfSurfaces(subject) {
                ratios += try SurfaceMaps.open(files.file(path, for: "ratios of signal and noise")).values
                    .row(0)
            }
        } else {
            let url = try files.file(
                path(subject, .func1pt8mm) + "/ncsnr.nii.gz", for: "ratios of signal and noise")
            ratios = try NIfTI.open(url).voxelsByTime(in: space).row(0)
        }
        try space.check(ratios)
        return try NoiseCeiling(
            explainableVariance: ratios.map { Double($0 * $0) / (Double($0 * $0) + 1) }, repeats: repeats)
    }

    /// The number of the picture of each presentation, from 1 to 73,000; none if the order is not there.
    private func pictures(_ subject: String, _ sessions: ClosedRange<Int>) throws -> [String] {
        guard files.contains(Self.design) else { return [] }
        let file = try MATFile.open(files.url.appendingPathComponent(Self.design))
        let ordering = try file["masterordering"].integers()
        let images = try file["subjectim"].matrix(as: Double.self)
        guard let number = Int(subject.dropFirst(4)), number >= 1, number <= images.rows else {
            throw FormatError(
                file.url, "\"subjectim\"", expected: "with a row for \(subject)", found: "of \(images.rows)")
        }
        let trials =
            (sessions.lowerBound - 1) * Self.trialsPerSession..<sessions.upperBound * Self.trialsPerSession
        guard trials.upperBound <= ordering.count else {
            throw FormatError(
                folder, "the sessions", expected: "within 1 to \(ordering.count / Self.trialsPerSession)",
                found: "\(sessions.lowerBound) to \(sessions.upperBound)")
        }
        return try trials.map { trial in
            let place = ordering[trial]
            guard place >= 1, place <= images.columns else {
                throw FormatError(
                    file.url, "\"masterordering\"", expected: "1 to \(images.columns)", found: "\(place)")
            }
            let image = images[number - 1, place - 1]
            guard let whole = Int(exactly: image) else {
                throw FormatError(
                    file.url, "a number in \"subjectim\"", expected: "that of a picture", found: "\(image)")
            }
            return "\(whole)"
        }
    }

    private func surface(_ subject: String, _ session: Int, _ side: String) throws -> Matrix<Float> {
        let name = String(format: "%@.betas_session%02d.mgh", side, session)
        return try SurfaceMaps.open(
            files.file("\(path(subject, .fsaverage))/\(name)", for: "responses of session \(session)")
        ).values
    }

    private func volume(_ subject: String, _ session: Int, _ space: VoxelSpace) throws -> Matrix<Float> {
        let name = path(subject, .func1pt8mm) + String(format: "/betas_session%02d", session)
        if files.contains(name + ".hdf5") || !files.contains(name + ".nii.gz") {
            let url = try files.file(name + ".hdf5", for: "responses of session \(session)")
            return try NSDBetas.read(HDF5File.open(url).dataset("betas"), url, space)
        }
        var matrix = try NIfTI.open(files.url.appendingPathComponent(name + ".nii.gz")).voxelsByTime(
            in: space)
        matrix.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] /= NSDBetas.scale } }
        return matrix
    }

    private func regions(_ subject: String, in space: VoxelSpace) throws -> [RegionSet] {
        let labels = "nsddata/freesurfer/\(subject)/label"
        return try files.names(in: labels, from: "", to: ".mgz.ctab").compactMap { atlas in
            guard files.contains(roi(subject, atlas)) else { return nil }
            let url = files.url.appendingPathComponent("\(labels)/\(atlas).mgz.ctab")
            let table = try RegionTable.open(url, name: atlas)
            let image = try NIfTI.open(files.url.appendingPathComponent(roi(subject, atlas)))
            try space.require(image, as: "region image", advising: .nearest)
            // -1 marks voxels outside the cortex.
            let numbers = try image.labels(at: space.indices).map { max($0, 0) }
            return RegionSet(atlas, try Regions(labels: numbers, table: table))
        }
    }
}

/// The responses of a session in NSD's own HDF5 files: presentations x z x y x x, percent times 300.
enum NSDBetas {
    static let scale: Float = 300

    /// Presentations x voxels. The file's chunks are those of a voxel, so neighbors along x are read together.
    static func read(_ dataset: HDF5Dataset, _ url: URL, _ space: VoxelSpace) throws -> Matrix<Float> {
        let (nx, ny, nz) = (space.shape[0], space.shape[1], space.shape[2])
        guard dataset.shape.count == 4, Array(dataset.shape.dropFirst()) == [nz, ny, nx] else {
            throw FormatError(
                url, "the shape of \"betas\"",
                expected: "presentations x \(nz) x \(ny) x \(nx), the mask's grid from back to front",
                found: "\(dataset.shape)")
        }
        let (trials, voxels) = (dataset.shape[0], space.count)
        let places = space.indices.map { (x: $0 / (ny * nz), y: $0 / nz % ny, z: $0 % nz) }
        let order = places.indices.sorted {
            (places[$0].z, places[$0].y, places[$0].x) < (places[$1].z, places[$1].y, places[$1].x)
        }
        var result = Matrix<Float>(rows: trials, columns: voxels)
        var start = 0
        while start < order.count {
            let first = places[order[start]]
            var end = start + 1
            while end < order.count, places[order[end]] == (first.x + end - start, first.y, first.z) {
                end += 1
            }
            let part: Tensor<Float> = try dataset.tensor([
                0..<trials, first.z..<first.z + 1, first.y..<first.y + 1, first.x..<first.x + end - start,
            ])
            let count = end - start
            result.withUnsafeMutableBufferPointer { target in
                part.withUnsafeBufferPointer { source in
                    for trial in 0..<trials {
                        for place in 0..<count {
                            target[trial * voxels + order[start + place]] =
                                source[trial * count + place] / scale
                        }
                    }
                }
            }
            start = end
        }
        return result
    }
}
