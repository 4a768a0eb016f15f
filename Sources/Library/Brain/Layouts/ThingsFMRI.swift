import Encoding
import Formats
import Foundation
import Tables
import Tensors

/// The fMRI part of THINGS-data: responses of three subjects to 9,840 presentations of pictures of objects.
///
/// ```swift
/// let things = try ThingsFMRI.open("~/data/THINGS-fMRI")
/// let study = try things.study("sub-01", in: ["lFFA", "rFFA"])       // stimuli are the names of the pictures
/// let ceiling = try things.ceiling("sub-01", in: ["lFFA", "rFFA"])
/// ```
///
/// Expects `betas_csv/sub-01_ResponseData.h5` (a frame of pandas, voxels x presentations), `sub-01_VoxelMetadata.csv`
/// (`voxel_x`, `voxel_y`, `voxel_z`, `nc_singletrial` and `nc_testset` in percent, a column of 0 and 1 for each region)
/// and `sub-01_StimulusMetadata.csv` (`stimulus`, `session`, `run`, `trial_type`). A run is a run of a session. Only the
/// voxels that are asked for are read. The grid is taken to end at the last voxel, and its affine is not in these
/// files. The original files were not available. Source: Hebart et al., eLife 12 (2023), e82580.
public struct ThingsFMRI: StudyLayout {
    public static let title = "THINGS-fMRI"
    public let subjects: [String]
    private let files: LayoutFolder
    /// The folder of the tables within the folder.
    private let root: String
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> ThingsFMRI {
        let files = try LayoutFolder(folder, title)
        for root in ["betas_csv/", ""] {
            let subjects = files.names(in: root, from: "sub-", to: "_ResponseData.h5").map { "sub-" + $0 }
            if !subjects.isEmpty { return ThingsFMRI(subjects: subjects, files: files, root: root) }
        }
        throw files.mismatch("betas_csv/sub-01_ResponseData.h5")
    }

    public var parts: [LayoutPart] {
        [
            ("responses", "ResponseData.h5"), ("voxels", "VoxelMetadata.csv"),
            ("pictures", "StimulusMetadata.csv"),
        ]
        .map { name, ending in
            LayoutPart(name, subjects.map { "\(root)\($0)_\(ending)" }, in: files)
        }
    }

    /// The table of a subject's voxels: places, ceilings, maps and regions. Throws `FormatError` if it is missing.
    public func voxels(_ subject: String) throws -> DataTable {
        try table(subject, "VoxelMetadata", "voxels")
    }

    /// The table of a subject's presentations. Throws `FormatError` if it is missing.
    public func presentations(_ subject: String) throws -> DataTable {
        try table(subject, "StimulusMetadata", "presentations")
    }

    /// The names of a subject's regions: the columns of 0 and 1. Throws `FormatError` if the table is missing.
    public func regions(_ subject: String) throws -> [String] { Self.regions(of: try voxels(subject)) }

    /// A subject's responses: presentations x voxels, regions as sets since they may overlap.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-01".
    ///   - regions: the regions whose voxels are taken; all voxels (16 GB) if nil.
    ///
    /// Throws `FormatError` if a file or region is missing or not as expected, or the responses do not fit into memory.
    public func study(_ subject: String, in regions: [String]? = nil) throws -> Study {
        let (table, shown) = (try voxels(subject), try presentations(subject))
        let known = Self.regions(of: table)
        let chosen = try Self.rows(of: table, in: regions, known)
        let rows = Array(chosen.ranges.joined())
        let url = try files.file("\(root)\(subject)_ResponseData.h5", for: "\(subject)'s responses")
        let responses = try PandasBlock(HDF5File.open(url), rows: table.rowCount, columns: shown.rowCount)
            .columns(chosen)
        let all = try ["voxel_x", "voxel_y", "voxel_z"].map { try table[$0].values(as: Int.self) }
        let shape = all.map { ($0.max() ?? 0) + 1 }
        let places = all.map { column in rows.map { column[$0] } }
        let sets = try known.map { name in
            let inside = try table[name].values(as: Double.self)
            return RegionSet(name, Regions(names: rows.map { inside[$0] == 1 ? name : "" }))
        }.filter { !$0.regions.regions.isEmpty }
        let (sessions, runs) = (try shown["session"].values, try shown["run"].values)
        return try Study(
            name: subject, stimuli: shown["stimulus"].values(as: String.self), responses: responses,
            runs: Runs(labels: zip(sessions, runs).map { "\($0) \($1)" }),
            space: VoxelSpace(
                shape: shape,
                indices: rows.indices.map {
                    (places[0][$0] * shape[1] + places[1][$0]) * shape[2] + places[2][$0]
                }),
            regionSets: sets)
    }

    /// The best that a model could reach, as the data set's authors estimated it.
    ///
    /// - Parameters:
    ///   - subject: the subject's name.
    ///   - regions: the regions whose voxels are taken, as in `study(_:in:)`.
    ///   - averaged: whether the responses are means over the twelve presentations of the test's pictures, or single ones.
    ///
    /// Throws `FormatError` if a file or region is missing or not as expected.
    public func ceiling(_ subject: String, in regions: [String]? = nil, averaged: Bool = true) throws
        -> NoiseCeiling
    {
        let table = try voxels(subject)
        let chosen = try Self.rows(of: table, in: regions, Self.regions(of: table))
        let percents = try table["nc_singletrial"].values(as: Double.self)
        return try NoiseCeiling(
            explainableVariance: chosen.ranges.joined().map { percents[$0] / 100 },
            repeats: averaged ? 12 : 1)
    }

    private func table(_ subject: String, _ ending: String, _ what: String) throws -> DataTable {
        try files.check(subject, in: subjects)
        return try DataTable.open(files.file("\(root)\(subject)_\(ending).csv", for: "\(subject)'s \(what)"))
    }

    private static let others: Set = ["voxel_id", "voxel_x", "voxel_y", "voxel_z", "subject_id"]

    private static func regions(of table: DataTable) -> [String] {
        table.columns.filter { column in
            guard !others.contains(column.name), !column.name.hasPrefix("nc_"),
                !column.name.hasPrefix("splithalf"), !column.name.hasPrefix("prf-"),
                let values = try? column.values(as: Double.self)
            else { return false }
            return values.allSatisfy { $0 == 0 || $0 == 1 }
        }.map(\.name)
    }

    /// The rows of the voxels that lie in any of the regions, or all if they are nil; `known` are those of the table.
    private static func rows(
        of table: DataTable, in regions: [String]?, _ known: @autoclosure () -> [String]
    ) throws -> RangeSet<Int> {
        guard let regions else { return RangeSet(0..<table.rowCount) }
        let known = known()
        var isChosen = [Bool](repeating: false, count: table.rowCount)
        for region in regions {
            guard known.contains(region) else { throw BrainError.unknownRegion(region, known: known) }
            for (row, value) in try table[region].values(as: Double.self).enumerated() where value == 1 {
                isChosen[row] = true
            }
        }
        return isChosen.indices(of: true)
    }
}

/// The numbers of a frame of pandas in its fixed format, rows of the frame x columns, without its index.
private struct PandasBlock {
    let dataset: HDF5Dataset

    /// Finds the block of floating-point numbers of that many columns.
    init(_ file: HDF5File, rows: Int, columns: Int) throws {
        let frame = try PandasStore(file, key: nil).path
        let blocks = try file.members(of: frame).filter { $0.hasSuffix("_values") && $0.hasPrefix("block") }
            .map { try file.dataset("\(frame)/\($0)") }
        guard let dataset = blocks.first(where: { $0.shape == [rows, columns] }) else {
            throw FormatError(
                file.url, "the shape of the responses",
                expected: "\(rows) voxels x \(columns) presentations, as the tables have rows",
                found: "\(blocks.map(\.shape))")
        }
        self.dataset = dataset
    }

    /// Some rows as columns.
    func columns(_ rows: RangeSet<Int>) throws -> Matrix<Float> {
        let parts = try rows.ranges.map { range -> Matrix<Float> in try dataset.matrix(rows: range) }
        guard !parts.isEmpty else { return Matrix(rows: dataset.shape[1], columns: 0) }
        return Matrix.stacked(parts).transposed()
    }
}
