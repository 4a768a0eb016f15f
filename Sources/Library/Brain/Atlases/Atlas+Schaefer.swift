import Formats
import Foundation

extension Atlas {
    /// Schaefer's parcels in MNI space (FSL's MNI152), named after the networks of Yeo et al. (2011), as nilearn downloads
    /// them.
    ///
    /// ```swift
    /// let atlas = try Atlas.schaefer(400, networks: 7)
    /// atlas.table[1]?.name                           // "7Networks_LH_Vis_1", of the group "Vis"
    /// ```
    ///
    /// No Python package carries the volume. It is looked for in `schaefer_2018` in nilearn's folders of data:
    /// `$NILEARN_SHARED_DATA`, `$NILEARN_DATA`, `~/nilearn_data`.
    ///
    /// - Parameters:
    ///   - count: how many parcels: 100, 200, … 1000.
    ///   - networks: how many networks the parcels are named after: 7 or 17.
    ///   - resolution: the size of a voxel in mm: 1 or 2.
    ///
    /// Throws `BrainError.value` for another number, `FormatError` with what to run if it was not downloaded, and
    /// `BrainError.unknownLabels` if image and table do not fit. Source: Schaefer et al. (2018).
    public static func schaefer(_ count: Int, networks: Int, resolution: Int = 1) throws -> Atlas {
        try schaefer(count, networks: networks, resolution: resolution, in: nilearnFolders)
    }

    package static func schaefer(
        _ count: Int, networks: Int, resolution: Int, in folders: [URL]
    ) throws -> Atlas {
        for (what, got, published) in [
            ("the number of Schaefer's parcels", count, Array(stride(from: 100, through: 1000, by: 100))),
            ("the number of Yeo's networks", networks, [7, 17]),
            ("the resolution of Schaefer's atlas, in mm", resolution, [1, 2]),
        ] where !published.contains(got) {
            throw BrainError.value(
                what: what, got: "\(got)",
                expected: "one of \(published.map(String.init).joined(separator: ", "))")
        }
        let name = "Schaefer2018_\(count)Parcels_\(networks)Networks_order"
        let files = ["\(name)_FSLMNI152_\(resolution)mm.nii.gz", "\(name).txt"]
        let candidates = folders.map { $0.appending(path: "schaefer_2018") }
        let folder = candidates.first { folder in
            files.allSatisfy { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
        }
        guard let folder else {
            throw FormatError(
                named: "Schaefer's atlas of \(count) parcels",
                "is not in \(candidates.map(\.path).joined(separator: " or ")) (\(files.joined(separator: " and "))); "
                    + "run `python -c \"from nilearn import datasets; datasets.fetch_atlas_schaefer_2018("
                    + "n_rois=\(count), yeo_networks=\(networks), resolution_mm=\(resolution))\"`")
        }
        let title = "Schaefer \(count), \(networks) networks"
        let table = try RegionTable.open(folder.appending(path: files[1]), name: title)
        // "7Networks_LH_Default_PFC_1" is of the network Default.
        let regions = table.regions.map { region in
            let parts = region.name.split(separator: "_")
            return Region(
                id: region.id, name: region.name,
                group: parts.count > 2 && parts[0].hasSuffix("Networks") ? String(parts[2]) : region.group,
                color: region.color)
        }
        return try Atlas(
            name: title, image: NIfTI.open(folder.appending(path: files[0])),
            table: RegionTable(name: title, regions: regions))
    }

    /// Where nilearn puts what it downloads.
    private static var nilearnFolders: [URL] {
        let environment = ProcessInfo.processInfo.environment
        let named = ["NILEARN_SHARED_DATA", "NILEARN_DATA"].flatMap {
            (environment[$0] ?? "").split(separator: ":").map {
                URL(fileURLWithPath: (String($0) as NSString).expandingTildeInPath)
            }
        }
        return named + [FileManager.default.homeDirectoryForCurrentUser.appending(path: "nilearn_data")]
    }
}
