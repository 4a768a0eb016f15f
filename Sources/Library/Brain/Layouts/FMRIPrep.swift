import Encoding
import Formats
import Foundation
import Tables
import Tensors

/// A BIDS data set with the derivatives of fMRIPrep: images, masks, surfaces and confounds of each run.
///
/// ```swift
/// let data = try FMRIPrep.open("~/data/ds000001")
/// let raw = try data.study("sub-01", task: "story", space: "MNI152NLin2009cAsym")
/// let clean = try data.study(
///     "sub-01", task: "story", space: "MNI152NLin2009cAsym", confounds: [.motion(.full), .aCompCor(5), .cosine])
/// ```
///
/// Expects `derivatives/fmriprep/sub-01/[ses-1/]func/` (or that folder itself) with
/// `…_task-T[_run-1]_space-S_desc-preproc_bold.nii.gz` and `…_desc-brain_mask.nii.gz`, or
/// `…_hemi-L_space-fsaverage5_bold.func.gii`, or `…_space-fsLR_den-91k_bold.dtseries.nii`, and
/// `…_desc-confounds_timeseries.tsv`. Voxels are those within the masks of all runs that are taken; each run is cleaned
/// on its own before they are joined. Images in the scanner's own space, which have no `space-` in their names, are not
/// read; `parts` lists them. Source: fMRIPrep 25's documentation of its outputs; BIDS 1.10.
public struct FMRIPrep: StudyLayout {
    public static let title = "BIDS with fMRIPrep's derivatives"
    public let subjects: [String]
    private let files: LayoutFolder
    /// The folder of the derivatives within the folder.
    private let root: String
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> FMRIPrep {
        let files = try LayoutFolder(folder, title)
        for root in ["derivatives/fmriprep", ""] {
            let subjects = files.names(in: root, from: "sub-").map { "sub-" + $0 }.filter { subject in
                files.functional(subject, in: root).contains { isRun($0) }
            }
            if !subjects.isEmpty { return FMRIPrep(subjects: subjects, files: files, root: root) }
            if let own = native(files, in: root).first {
                throw FormatError(
                    files.url,
                    "has runs in the scanner's own space alone, as \(own.path), which are not read; "
                        + "name a space in fMRIPrep's --output-spaces")
            }
        }
        throw files.mismatch("derivatives/fmriprep/sub-01/func/…_space-…_desc-preproc_bold.nii.gz")
    }

    /// Whether a file holds the time courses of a run, in a space.
    private static func isRun(_ name: BIDSName) -> Bool {
        guard name.suffix == "bold", name.entities["space"] != nil else { return false }
        switch name.ending {
        case ".nii.gz", ".nii": return name.entities["desc"] == "preproc"
        case ".func.gii", ".dtseries.nii": return true
        default: return false
        }
    }

    /// The time courses of all subjects in the scanner's own space.
    private static func native(_ files: LayoutFolder, in root: String) -> [BIDSName] {
        let all = files.names(in: root, from: "sub-").flatMap { files.functional("sub-" + $0, in: root) }
        return all.filter { name in
            name.suffix == "bold" && name.entities["space"] == nil && name.entities["desc"] == "preproc"
                && [".nii.gz", ".nii"].contains(name.ending)
        }
    }

    private func runs(_ subject: String) -> [BIDSName] {
        files.functional(subject, in: root).filter(Self.isRun)
    }

    public var parts: [LayoutPart] {
        let all = subjects.flatMap(runs)
        let recordings = Set(all.map { Self.confounds(of: $0) }).sorted()
        let native = Self.native(files, in: root).map(\.path)
        return [
            LayoutPart("time courses", all.map(\.path), in: files),
            LayoutPart("masks", all.filter { $0.ending.hasPrefix(".nii") }.map(Self.mask), in: files),
            LayoutPart("confounds", recordings, in: files),
        ] + (native.isEmpty ? [] : [LayoutPart("in the scanner's own space, not read", native, in: files)])
    }

    private static func mask(of run: BIDSName) -> String {
        run.path.replacing("_desc-preproc_bold.", with: "_desc-brain_mask.")
    }

    private static func confounds(of run: BIDSName) -> String {
        stem(run) + "_desc-confounds_timeseries.tsv"
    }

    /// A path without the suffix and the entities of how the recording was processed.
    private static func stem(_ run: BIDSName) -> String {
        let parts = run.name.split(separator: "_").dropLast().filter { part in
            !BIDSName.processing.contains(String(part.prefix { $0 != "-" }))
        }
        return run.folder + "/" + parts.joined(separator: "_")
    }

    /// The tasks that a subject did. Throws `FormatError` if there is no such subject.
    public func tasks(of subject: String) throws -> [String] {
        try files.check(subject, in: subjects)
        return Set(runs(subject).compactMap { $0.entities["task"] }).sorted()
    }

    /// The spaces in which a subject's task is there, for instance "MNI152NLin2009cAsym" and "fsaverage5".
    public func spaces(of subject: String, task: String) throws -> [String] {
        try files.check(subject, in: subjects)
        return Set(runs(subject).filter { $0.entities["task"] == task }.compactMap { $0.entities["space"] })
            .sorted()
    }

    /// A subject's runs of a task, one after another.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-01".
    ///   - task: the task's name.
    ///   - space: the space of the images or surfaces; nil if there is only one.
    ///   - confounds: what is regressed out of each run; none if empty.
    ///   - scrubbing: which samples are left out because of motion; none if nil. Samples that fMRIPrep marks as not in a
    ///     steady state are left out whenever there are confounds or scrubbing; `kept` of a run's `confounds` says which
    ///     samples are left.
    ///   - cleaning: how each run is cleaned; if nil, `SignalCleaning()` if there are confounds or scrubbing, and the time
    ///     courses are as they are otherwise.
    ///
    /// Throws `FormatError` if a file is missing, not as expected, or runs lie on different grids, and what
    /// `SignalCleaning.clean` throws.
    public func study(
        _ subject: String, task: String, space: String? = nil, confounds: [ConfoundSet] = [],
        scrubbing: Scrubbing? = nil, cleaning: SignalCleaning? = nil
    ) throws -> Study {
        let runs = try runs(subject, task, space)
        let (voxels, read) = try reader(runs)
        var parts: [Matrix<Float>] = []
        for run in runs {
            let signals = try read(run)
            guard cleaning != nil || !confounds.isEmpty || scrubbing != nil else {
                parts.append(signals)
                continue
            }
            var regressors: Confounds?
            if !confounds.isEmpty || scrubbing != nil {
                regressors = try self.regressors(run, samples: signals.rows, confounds, scrubbing)
            }
            let matrix = regressors.flatMap { $0.names.isEmpty ? nil : $0.matrix }
            parts.append(
                try (cleaning ?? SignalCleaning()).clean(
                    signals, confounds: matrix, keeping: regressors?.kept))
        }
        let (responses, lengths) = try files.joined(parts, "\(subject)'s runs of \(task)", of: "voxels")
        return try Study(
            name: subject, responses: responses, runs: lengths, space: voxels)
    }

    /// The confounds of a subject's runs of a task, in the order of `study`: of each run what `study` regresses out, and
    /// in `kept` which samples it keeps.
    ///
    /// ```swift
    /// let confounds = try data.confounds("sub-01", task: "story", space: "fsaverage5", [.motion(.full)])
    /// confounds[0].kept                                          // nil if all samples are
    /// ```
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-01".
    ///   - task: the task's name.
    ///   - space: the space of the images or surfaces; nil if there is only one.
    ///   - sets: what is regressed out. With none, and without scrubbing, `study` leaves out no sample.
    ///   - scrubbing: which samples are left out because of motion; nil for those alone that fMRIPrep marks as not in a
    ///     steady state.
    ///
    /// Throws `FormatError` if a table is missing, and `TableError` if it lacks a column or no sample is left.
    public func confounds(
        _ subject: String, task: String, space: String? = nil, _ sets: [ConfoundSet],
        scrubbing: Scrubbing? = nil
    ) throws -> [Confounds] {
        try runs(subject, task, space).map { try regressors($0, samples: nil, sets, scrubbing) }
    }

    /// The confounds of a run; its table has as many rows as there are samples, if their number is known.
    private func regressors(
        _ run: [BIDSName], samples: Int?, _ sets: [ConfoundSet], _ scrubbing: Scrubbing?
    ) throws -> Confounds {
        let url = try files.file(Self.confounds(of: run[0]), for: "the confounds of \(run[0].name)")
        let table = try DataTable.open(url)
        if let samples, table.rowCount != samples {
            throw FormatError(
                url, "the number of rows", expected: "\(samples), as the run has samples",
                found: "\(table.rowCount)")
        }
        let json = url.deletingPathExtension().appendingPathExtension("json")
        let hasComponents = sets.contains {
            switch $0 {
            case .aCompCor, .aCompCorSeparate: true
            default: false
            }
        }
        if hasComponents, FileManager.default.fileExists(atPath: json.path) {
            return try table.confounds(sets, scrubbing: scrubbing, describedBy: json)
        }
        return try table.confounds(sets, scrubbing: scrubbing)
    }

    /// The events of a subject's runs of a task, in the order of `study`: a table each.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-01".
    ///   - task: the task's name.
    ///   - space: the space of the images or surfaces; nil if there is only one.
    ///
    /// Throws `FormatError` if a table is missing beside the raw data and at the top of the data set.
    public func events(_ subject: String, task: String, space: String? = nil) throws -> [DataTable] {
        try runs(subject, task, space).map { run in
            let stem = Self.stem(run[0])
            let raw = root.isEmpty ? "../../" + stem : String(stem.dropFirst(root.count + 1))
            let shared = (root.isEmpty ? "../../" : "") + "task-\(task)_events.tsv"
            let path = files.first(of: [raw + "_events.tsv", shared]) ?? raw + "_events.tsv"
            return try DataTable.open(files.file(path, for: "the events of \(run[0].name)"))
        }
    }

    /// The files of each run in a space: one, or one for each hemisphere.
    private func runs(_ subject: String, _ task: String, _ space: String?) throws -> [[BIDSName]] {
        try files.check(subject, in: subjects)
        let ofTask = runs(subject).filter { $0.entities["task"] == task }
        guard !ofTask.isEmpty else {
            throw FormatError(
                folder, "the task of \(subject)",
                expected: "one of \(try tasks(of: subject).joined(separator: ", "))", found: "\"\(task)\"")
        }
        let known = Set(ofTask.compactMap { $0.entities["space"] }).sorted()
        guard let space = space ?? (known.count == 1 ? known[0] : nil), known.contains(space) else {
            throw FormatError(
                folder, "the space of \(subject)'s task \(task)",
                expected: "one of \(known.joined(separator: ", "))",
                found: space.map { "\"\($0)\"" } ?? "not given")
        }
        let own = ofTask.filter { $0.entities["space"] == space }
        let resolutions = Set(
            own.map { name in
                ["cohort", "res", "den"].map { name.entities[$0] ?? "" } + [name.ending]
            })
        guard resolutions.count == 1 else {
            throw FormatError(
                folder, "the files of \(subject) in \(space)", expected: "of one resolution and cohort",
                found: "of several: \(own.map(\.name).joined(separator: ", "))")
        }
        return own.recordings
    }

    /// The space of all runs, and what reads one of them: samples x voxels.
    private func reader(_ runs: [[BIDSName]]) throws -> (VoxelSpace, ([BIDSName]) throws -> Matrix<Float>) {
        let files = files
        switch runs[0][0].ending {
        case ".func.gii":
            let first = try files.hemispheres(runs[0])
            let counts = first.map(\.columns)
            return (
                try VoxelSpace(left: counts[0], right: counts[1]),
                { run in
                    let halves = run == runs[0] ? first : try files.hemispheres(run)
                    return try files.beside(halves, counts, "the hemispheres of \(run[0].name)")
                }
            )
        case ".dtseries.nii":
            let space = try VoxelSpace(cifti: CIFTI.open(files.url.appendingPathComponent(runs[0][0].path)))
            return (
                space,
                { run in
                    let file = try CIFTI.open(files.url.appendingPathComponent(run[0].path))
                    let values = try file.values()
                    guard try VoxelSpace(cifti: file) == space else {
                        throw FormatError(
                            file.url, "the grayordinates", expected: "those of the first run",
                            found: "\(values.columns), or others")
                    }
                    return values
                }
            )
        default:
            let space = try commonMask(runs.map { $0[0] })
            return (
                space,
                { run in
                    try NIfTI.open(files.url.appendingPathComponent(run[0].path)).voxelsByTime(in: space)
                }
            )
        }
    }

    /// The voxels within the masks of all runs.
    private func commonMask(_ runs: [BIDSName]) throws -> VoxelSpace {
        var space: VoxelSpace?
        var inside: Set<Int> = []
        for run in runs {
            let mask = try NIfTI.open(files.file(Self.mask(of: run), for: "the mask of \(run.name)"))
            if let space {
                try space.require(mask, as: "mask", advising: .nearest)
                inside.formIntersection(try mask.maskIndices())
            } else {
                let first = try VoxelSpace(mask: mask)
                space = first
                inside = Set(first.indices)
            }
        }
        guard let space, !inside.isEmpty else {
            throw FormatError(
                folder, "the masks of the runs", expected: "with common voxels", found: "without")
        }
        return try VoxelSpace(shape: space.shape, indices: inside.sorted(), affine: space.affine)
    }
}

extension LayoutFolder {
    /// The time courses of both hemispheres of a run, the left one first: samples x vertices each.
    func hemispheres(_ run: [BIDSName]) throws -> [Matrix<Float>] {
        try ["L", "R"].map { side in
            guard let name = run.first(where: { $0.entities["hemi"] == side }) else {
                throw FormatError(url, "lacks the hemisphere \(side) beside the file \(run[0].path)")
            }
            return try SurfaceMaps.open(url.appendingPathComponent(name.path)).values
        }
    }
}
