import Encoding
import Formats
import Foundation
import Tensors

/// The training data of the Algonauts challenge of 2023: responses of the visual cortex to pictures of NSD.
///
/// ```swift
/// let algonauts = try Algonauts2023.open("~/data/algonauts_2023")
/// let study = try algonauts.study("subj01")               // stimuli are the names of the pictures' files
/// try study.regions(inSet: "prf-visualrois").voxels(in: "V1v")
/// ```
///
/// Expects `subj01/training_split/training_fmri/{lh,rh}_training_fmri.npy`, `training_split/training_images/*.png` and
/// `roi_masks/` with `{lh,rh}.all-vertices_fsaverage_space.npy`, `{lh,rh}.X_challenge_space.npy` and `mapping_X.npy`.
/// Vertices of the left hemisphere come first. The original files were not available; the names are those of the
/// challenge's tutorial. Source: Gifford et al. 2023, arXiv 2301.03198.
public struct Algonauts2023: StudyLayout {
    public static let title = "Algonauts 2023"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Algonauts2023 {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names().filter { subject in
            Hemisphere.allCases.contains { files.contains(responses(subject, $0.prefix)) }
        }
        guard !subjects.isEmpty else {
            throw files.mismatch("subj01/training_split/training_fmri/lh_training_fmri.npy")
        }
        return Algonauts2023(subjects: subjects, files: files)
    }

    private static let atlases = [
        "prf-visualrois", "floc-bodies", "floc-faces", "floc-places", "floc-words", "streams",
    ]

    private static func responses(_ subject: String, _ side: String) -> String {
        "\(subject)/training_split/training_fmri/\(side)_training_fmri.npy"
    }

    private static func mask(_ subject: String, _ name: String) -> String {
        "\(subject)/roi_masks/\(name).npy"
    }

    /// Those of both hemispheres.
    private static func masks(_ subject: String, _ name: String) -> [String] {
        Hemisphere.allCases.map { mask(subject, "\($0.prefix).\(name)") }
    }

    public var parts: [LayoutPart] {
        [
            LayoutPart(
                "responses",
                subjects.flatMap { subject in
                    Hemisphere.allCases.map { Self.responses(subject, $0.prefix) }
                }, in: files),
            LayoutPart(
                "vertices", subjects.flatMap { Self.masks($0, "all-vertices_fsaverage_space") }, in: files),
            LayoutPart(
                "regions",
                subjects.flatMap { subject in
                    Self.atlases.flatMap { atlas in
                        Self.masks(subject, "\(atlas)_challenge_space")
                            + [Self.mask(subject, "mapping_\(atlas)")]
                    }
                }, in: files),
            LayoutPart("pictures", subjects.map { "\($0)/training_split/training_images" }, in: files),
        ]
    }

    /// The pictures of a subject's training, in the order of the responses.
    public func pictures(_ subject: String) -> [URL] {
        let path = "\(subject)/training_split/training_images"
        return files.names(in: path).filter { $0.hasSuffix(".png") }.map {
            files.url.appendingPathComponent(path + "/" + $0)
        }
    }

    /// A subject's responses: pictures x vertices of both hemispheres, with the vertices of fsaverage and the regions.
    ///
    /// Throws `FormatError` if a file is missing or not as expected.
    public func study(_ subject: String) throws -> Study {
        try files.check(subject, in: subjects)
        let halves = try Hemisphere.allCases.map { side -> Matrix<Float> in
            let path = Self.responses(subject, side.prefix)
            let url = try files.file(path, for: "the responses of \(subject)'s \(side.prefix)")
            return try LayoutFolder.matrix(of: url)
        }
        let counts = halves.map(\.columns)
        let responses = try files.beside(halves, counts, "the hemispheres of \(subject)")
        let names = pictures(subject).map(\.lastPathComponent)
        guard names.isEmpty || names.count == responses.rows else {
            throw FormatError(
                folder, "the pictures of \(subject)", expected: "\(responses.rows), as there are responses",
                found: "\(names.count)")
        }
        return try Study(
            name: subject, stimuli: names, responses: responses, space: space(subject, counts),
            regionSets: regions(subject, counts))
    }

    private func space(_ subject: String, _ counts: [Int]) throws -> VoxelSpace {
        try VoxelSpace(
            surfaces: zip(Hemisphere.allCases, counts).map { side, count in
                let path = Self.mask(subject, "\(side.prefix).all-vertices_fsaverage_space")
                let url = try files.file(path, for: "the vertices of \(subject)'s \(side.prefix)")
                let mask = try NumPyArray.open(url).tensor(as: Float.self).elements
                let vertices = mask.indices.filter { mask[$0] != 0 }
                guard vertices.count == count else {
                    throw FormatError(
                        url, "the number of vertices that are marked",
                        expected: "\(count), as the responses have columns", found: "\(vertices.count)")
                }
                return try SurfaceVertices(side, of: mask.count, vertices: vertices)
            })
    }

    /// The atlases whose files are all there.
    private func regions(_ subject: String, _ counts: [Int]) throws -> [RegionSet] {
        try Self.atlases.compactMap { atlas in
            let mapping = Self.mask(subject, "mapping_\(atlas)")
            let masks = Self.masks(subject, "\(atlas)_challenge_space")
            guard ([mapping] + masks).allSatisfy(files.contains) else { return nil }
            let names = try NumPyArray.open(files.url.appendingPathComponent(mapping)).object()
            var table: [Region] = []
            for entry in names.entries {
                guard let id = entry.key.integer, let name = entry.value.string else { continue }
                if id != 0 { table.append(Region(id: id, name: name)) }
            }
            let labels = try zip(masks, counts).flatMap { path, count in
                let url = files.url.appendingPathComponent(path)
                let labels = try NumPyArray.open(url).tensor(as: Float.self).elements.map { number in
                    guard let label = Int(exactly: number) else {
                        throw FormatError(url, "a label", expected: "a whole number", found: "\(number)")
                    }
                    return label
                }
                guard labels.count == count else {
                    throw FormatError(
                        url, "the number of labels", expected: "\(count), as the responses have columns",
                        found: "\(labels.count)")
                }
                return labels
            }
            return RegionSet(
                atlas, try Regions(labels: labels, table: RegionTable(name: atlas, regions: table)))
        }
    }
}
