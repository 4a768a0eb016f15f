import Formats
import Foundation
import JSON
import Tensors

/// What is regressed out of the signal, as fMRIPrep's `…_desc-confounds_timeseries.tsv` names it.
public enum ConfoundSet: Sendable, Equatable {
    /// The six parameters of head motion, with more or fewer expansions: 6, 12, 12 or 24 columns.
    case motion(Expansion)
    /// The mean signals of white matter and cerebrospinal fluid: 2, 4, 4 or 8 columns.
    case tissue(Expansion)
    /// The mean signal of the brain: 1, 2, 2 or 4 columns.
    case globalSignal(Expansion)
    /// The first components of white matter and fluid together (`a_comp_cor_…`), or all where there are fewer, as in nilearn;
    /// likewise the next two.
    case aCompCor(Int)
    /// The first components of fluid, and as many of white matter (`c_comp_cor_…`, `w_comp_cor_…`).
    case aCompCorSeparate(Int)
    /// The first components of the voxels that vary most (`t_comp_cor_…`).
    case tCompCor(Int)
    /// fMRIPrep's cosines for slow drift, which belong to its CompCor components.
    case cosine

    /// What is added to a signal.
    public enum Expansion: String, Sendable, CaseIterable {
        /// The signal alone.
        case basic
        /// The signal and its differences from one sample to the next.
        case derivatives
        /// The signal and its squares.
        case squares
        /// The signal, its differences, and the squares of both.
        case full

        var endings: [String] {
            switch self {
            case .basic: [""]
            case .derivatives: ["", "_derivative1"]
            case .squares: ["", "_power2"]
            case .full: ["", "_derivative1", "_power2", "_derivative1_power2"]
            }
        }
    }
}

/// Which samples are left out because the head moved.
public struct Scrubbing: Sendable, Equatable {
    /// Samples whose framewise displacement (mm) is above this are left out.
    public var framewiseDisplacement: Double
    /// Samples whose standardized DVARS is above this are left out.
    public var standardizedDVARS: Double
    /// Stretches between samples that are left out are left out too if they have fewer samples than this.
    public var shortestSegment: Int

    /// The thresholds of nilearn.
    ///
    /// - Parameters:
    ///   - framewiseDisplacement: samples above it, in mm, are left out.
    ///   - standardizedDVARS: samples above it are left out.
    ///   - shortestSegment: stretches of fewer samples than this between those that are left out are left out, too.
    public init(
        framewiseDisplacement: Double = 0.5, standardizedDVARS: Double = 1.5, shortestSegment: Int = 5
    ) {
        self.framewiseDisplacement = framewiseDisplacement
        self.standardizedDVARS = standardizedDVARS
        self.shortestSegment = shortestSegment
    }
}

/// The confounds of a run: what is regressed out, and which samples are kept.
public struct Confounds: Sendable, Equatable {
    /// The names of the columns.
    public let names: [String]
    /// Samples x confounds, each with mean 0 over the kept samples.
    public let matrix: Matrix<Double>
    /// The samples that are kept, ascending; nil if all are.
    public let kept: [Int]?
}

extension DataTable {
    /// The confounds of fMRIPrep's table that some sets name, ready to be regressed out.
    ///
    /// ```swift
    /// let table = try DataTable.open("sub-01_task-story_desc-confounds_timeseries.tsv")
    /// let confounds = try table.confounds(.motion(.full), .aCompCor(5), .cosine, scrubbing: Scrubbing())
    /// let clean = try responses.cleaned(confounds: confounds.matrix, keeping: confounds.kept)
    /// ```
    ///
    /// Derivatives have no value in the first sample, which takes that of the second. Samples that fMRIPrep marks as
    /// not in a steady state are left out, and those that `scrubbing` names. The same columns and samples as those of
    /// nilearn's `load_confounds`. Throws `TableError` if a column is not there or has no value elsewhere, or components
    /// of an older version were asked for, whose masks the JSON file beside the table tells.
    public func confounds(_ sets: ConfoundSet..., scrubbing: Scrubbing? = nil) throws -> Confounds {
        try confounds(sets, scrubbing: scrubbing)
    }

    /// The same for a list of sets.
    public func confounds(_ sets: [ConfoundSet], scrubbing: Scrubbing? = nil) throws -> Confounds {
        try confounds(sets, scrubbing, masks: [:])
    }

    /// The same with the JSON file beside the table: fMRIPrep before version 21 numbers the components of all masks as
    /// `a_comp_cor_…`, and only that file says which is whose.
    ///
    /// - Parameters:
    ///   - sets: what is regressed out.
    ///   - scrubbing: which samples are left out because the head moved; nil for none.
    ///   - json: the file, as a path or a URL (`…_desc-confounds_timeseries.json`).
    ///
    /// Throws `FormatError` if the file cannot be read, and `TableError` as without it.
    public func confounds(
        _ sets: [ConfoundSet], scrubbing: Scrubbing? = nil, describedBy json: some FileLocation
    ) throws -> Confounds {
        let url = json.fileURL
        // Python writes NaN, which JSON has not.
        let text = String(decoding: try Bytes(reading: url).data, as: UTF8.self)
            .replacing(/:\s*(?:NaN|-?Infinity)\b/, with: ": null")
        guard let columns = (try? JSON(parsing: Data(text.utf8)))?.object else {
            throw FormatError(url, "is no JSON object that describes columns, or is cut short")
        }
        return try confounds(sets, scrubbing, masks: columns.compactMapValues { $0["Mask"]?.string })
    }

    /// - Parameter masks: the masks of components, by their names; those of all others are told by their names alone.
    private func confounds(
        _ sets: [ConfoundSet], _ scrubbing: Scrubbing?, masks: [String: String]
    ) throws -> Confounds {
        let names = try sets.flatMap { try columnNames(of: $0, masks) }
        let dropped = try outliers(scrubbing)
        let kept = dropped.isEmpty ? nil : (0..<rowCount).filter { !dropped.contains($0) }
        guard kept?.isEmpty != true, rowCount > 1 else {
            throw TableError("no sample is left: all \(rowCount) move too much or are not in a steady state")
        }
        let rows = kept ?? Array(0..<rowCount)
        let columns = try names.map { name in
            var values = try self[name].values(as: Double.self)
            if values[0].isNaN { values[0] = values[1] }
            if let row = values.firstIndex(where: { !$0.isFinite }) {
                throw TableError(column: name, "has no value in row \(row)")
            }
            let mean = rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
            return values.map { $0 - mean }
        }
        let matrix = Matrix<Double>(rows: rowCount, columns: names.count) { target in
            for (column, values) in columns.enumerated() {
                for row in 0..<rowCount { target[row * names.count + column] = values[row] }
            }
        }
        return Confounds(names: names, matrix: matrix, kept: kept)
    }

    private func columnNames(of set: ConfoundSet, _ masks: [String: String]) throws -> [String] {
        func expanded(_ bases: [String], _ expansion: ConfoundSet.Expansion) -> [String] {
            bases.flatMap { base in expansion.endings.map { base + $0 } }
        }
        let names =
            switch set {
            case .motion(let expansion):
                expanded(["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"], expansion)
            case .tissue(let expansion): expanded(["csf", "white_matter"], expansion)
            case .globalSignal(let expansion): expanded(["global_signal"], expansion)
            case .aCompCor(let count): try combined("a_comp_cor_", count, masks)
            case .aCompCorSeparate(let count):
                try separate("c_comp_cor_", "CSF", count, masks) + separate("w_comp_cor_", "WM", count, masks)
            case .tCompCor(let count): try components("t_comp_cor_", count)
            case .cosine: self.columnNames.filter { $0.hasPrefix("cosine") }
            }
        if let missing = names.first(where: { !hasColumn($0) }) {
            throw TableError.noColumn(missing, among: self.columnNames)
        }
        return names
    }

    /// The first components of both masks together. Without the names that newer tables have for those of each mask,
    /// the numbers may go through all masks.
    private func combined(_ prefix: String, _ count: Int, _ masks: [String: String]) throws -> [String] {
        let isNew = columnNames.contains { $0.hasPrefix("c_comp_cor_") || $0.hasPrefix("w_comp_cor_") }
        let isDescribed = masks.keys.contains { $0.hasPrefix(prefix) }
        if !isNew, !isDescribed, let first = columnNames.first(where: { $0.hasPrefix(prefix) }) {
            throw TableError(
                column: first,
                "may be of any mask: fMRIPrep before version 21 numbers the components of all masks so, and the "
                    + "JSON file beside the table says whose they are (confounds(_:describedBy:))")
        }
        return try components(prefix, count) { masks[$0].map { $0 == "combined" } ?? true }
    }

    /// The first components of one mask, which older tables number with those of the others.
    private func separate(
        _ prefix: String, _ mask: String, _ count: Int, _ masks: [String: String]
    ) throws -> [String] {
        if !columnNames.contains(where: { $0.hasPrefix(prefix) }), masks.values.contains(mask) {
            return try components("a_comp_cor_", count) { masks[$0] == mask }
        }
        return try components(prefix, count)
    }

    /// The first components in the order of their numbers, or all if there are fewer.
    private func components(
        _ prefix: String, _ count: Int, where isOfMask: (String) -> Bool = { _ in true }
    ) throws -> [String] {
        guard count > 0 else {
            throw TableError("\(count) components of \(prefix)… were asked for; at least 1 was expected")
        }
        let found = columnNames.filter { $0.hasPrefix(prefix) && isOfMask($0) }
            .sorted { Int($0.dropFirst(prefix.count)) ?? 0 < Int($1.dropFirst(prefix.count)) ?? 0 }
        guard !found.isEmpty else { throw TableError.noColumn(prefix + "00", among: columnNames) }
        return Array(found.prefix(count))
    }

    /// The samples that are left out.
    private func outliers(_ scrubbing: Scrubbing?) throws -> Set<Int> {
        var dropped: Set<Int> = []
        for name in columnNames where name.contains("non_steady_state") {
            let marks = try self[name].values(as: Double.self)
            dropped.formUnion(marks.indices.filter { marks[$0] != 0 && !marks[$0].isNaN })
        }
        guard let scrubbing else { return dropped }
        try scrubbing.check()
        let displacement = try self["framewise_displacement"].values(as: Double.self)
        let dvars = try self["std_dvars"].values(as: Double.self)
        let moving = (0..<rowCount).filter {
            displacement[$0] > scrubbing.framewiseDisplacement || dvars[$0] > scrubbing.standardizedDVARS
        }
        return dropped.union(scrubbing.extended(moving, samples: rowCount))
    }
}

extension Scrubbing {
    /// Throws `TableError` if a threshold is no number, above which no sample would be, or the segment is negative.
    func check() throws {
        for (name, threshold) in [
            ("framewiseDisplacement", framewiseDisplacement), ("standardizedDVARS", standardizedDVARS),
        ] where threshold.isNaN {
            throw TableError("\(name): nan is no threshold; .infinity leaves no sample out")
        }
        guard shortestSegment >= 0 else {
            throw TableError(
                "shortestSegment: \(shortestSegment) samples were given; at least 0 was expected")
        }
    }

    /// The moving samples, and those of stretches between them that are too short. Source: nilearn's `optimize_scrub`.
    func extended(_ moving: [Int], samples: Int) -> Set<Int> {
        var dropped = Set(moving)
        guard shortestSegment > 0, let first = moving.first, let last = moving.last else { return dropped }
        if first < shortestSegment { dropped.formUnion(0..<first) }
        if samples - (last + 1) < shortestSegment { dropped.formUnion(last..<samples) }
        for (left, right) in zip(moving, moving.dropFirst())
        where right - left > 1 && right - left < shortestSegment + 1 {
            dropped.formUnion(left + 1..<right)
        }
        return dropped
    }
}
