import Brain
import Figures
import Formats
import Foundation
import Tensors
import Testing

/// A cortex of one square a hemisphere, flat and folded alike: vertices at the corners, 20 mm wide.
private func squares() throws -> CorticalSurface {
    let mesh = try SurfaceMesh(
        vertices: [[0, 0, 0], [20, 0, 0], [20, 20, 0], [0, 20, 0]], faces: [[0, 1, 2], [0, 2, 3]])
    let meshes = try CorticalSurface.HemisphereMeshes(shapes: [.flat: mesh, .pial: mesh])
    return try CorticalSurface(name: "squares", left: meshes, right: meshes)
}

@Suite struct SurfaceRegionTests {
    private let table = [
        SurfaceLabel(key: 0, name: "unknown"), SurfaceLabel(key: 1, name: "V1"),
        SurfaceLabel(key: 2, name: "V4"),
    ]

    @Test func labelsOfBothHemispheresHaveTheirSidesInTheirNames() {
        let regions = SurfaceRegions(labels: [
            .left: SurfaceLabels(keys: [0, 1, 1, 9], labels: table),
            .right: SurfaceLabels(keys: [2, 2, 1, 0], labels: table),
        ])
        #expect(regions.left == ["", "V1_L", "V1_L", ""])
        #expect(regions.right == ["V4_R", "V4_R", "V1_R", ""])
        let one = SurfaceRegions(labels: [.right: SurfaceLabels(keys: [1, 2], labels: table)])
        #expect(one.left == [] && one.right == ["V1", "V4"])
        let stray = SurfaceLabels(keys: [0, 1, 1, 9], labels: table)
        #expect(stray.description.contains("(1 vertex in none)"))
    }

    @Test func anAtlasOfTheSameMeshesIsTakenAsItIs() throws {
        let labels = SurfaceLabels(keys: [1, 1, 2, 0], labels: table)
        let atlas = try Atlas(name: "own", left: labels, right: labels)
        let regions = try atlas.regions(on: squares())
        #expect(
            regions.left == ["V1_L", "V1_L", "V4_L", ""] && regions.right == ["V1_R", "V1_R", "V4_R", ""])
        let small = try Atlas(name: "own", left: SurfaceLabels(keys: [1], labels: table), right: labels)
        #expect(throws: BrainError.self) { try small.regions(on: squares()) }
        let strange = SurfaceLabels(keys: [1, -1, 9, 0], labels: table)
        let error = #expect(throws: BrainError.self) { try Atlas(name: "own", left: labels, right: strange) }
        #expect(error?.description.contains("of the right hemisphere does not have the label 9") == true)
    }

    /// Writes an image of 30 x 30 x 3 voxels of 1 mm about the squares, whose value is given by x.
    private func image(_ folder: URL, _ name: String, _ label: (Int) -> Float) throws -> NIfTI {
        let (nx, ny, nz) = (30, 30, 3)
        let values = (0..<nx * ny * nz).map { label($0 / (ny * nz)) }
        let file = folder.appending(path: name)
        try NIfTI.write(
            Tensor(shape: [nx, ny, nz], elements: values),
            affine: Affine(rows: [[1, 0, 0, -5], [0, 1, 0, -5], [0, 0, 1, -1]]), to: file)
        return try NIfTI.open(file)
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("with FreeSurfer's names only the cortex is on a surface; other atlases keep what they have")
    func whiteMatterIsNoRegionOfASurface() throws {
        try withFolder { folder in
            // The left edge lies at x = 0, the right one at 20.
            let volume = try image(folder, "a.nii", { $0 < 15 ? 2 : 1013 })
            let table = RegionTable(
                name: "aparc",
                regions: [
                    Region(id: 2, name: "Left-Cerebral-White-Matter"),
                    Region(id: 1000, name: "ctx-lh-unknown"), Region(id: 1013, name: "ctx-lh-lingual"),
                ])
            let regions = try Atlas(name: "aparc", image: volume, table: table).regions(on: squares())
            #expect(regions.left == ["", "ctx-lh-lingual", "ctx-lh-lingual", ""])
            #expect(regions.names == ["ctx-lh-lingual"])
            let none = try image(folder, "b.nii", { $0 < 15 ? 1000 : 1013 })
            #expect(
                try Atlas(name: "aparc", image: none, table: table).regions(on: squares()).names
                    == ["ctx-lh-lingual"])
            let other = RegionTable(
                name: "own", regions: [Region(id: 2, name: "White"), Region(id: 1013, name: "Gray")])
            #expect(
                try Atlas(name: "own", image: volume, table: other).regions(on: squares()).left
                    == ["White", "Gray", "Gray", "White"])
        }
    }

    @Test("values of a grid have all their digits on a surface")
    func layersOfAGridAreInDoublePrecision() throws {
        // 2 mm, around both squares.
        let space = try VoxelSpace(
            shape: [20, 20, 20], indices: Array(0..<8000),
            affine: [[2, 0, 0, -10], [0, 2, 0, -10], [0, 0, 2, -20]])
        for value in [16_777_217.0, 1e200] {
            let layer = try space.layer([Double](repeating: value, count: 8000), on: squares())
            for side in [layer.left, layer.right] {
                #expect(side.count == 4 && side.allSatisfy { abs($0 / value - 1) < 1e-12 }, "\(value)")
            }
        }
    }

    @Test("labels that a Float does not hold have their regions on a surface, too")
    func largeLabelsOnASurface() throws {
        try withFolder { folder in
            // The bits of 32-bit integers, under the code of their type.
            let file = try image(
                folder, "a.nii", { Float(bitPattern: $0 < 15 ? 16_777_217 : 33_554_433) }
            ).url
            var bytes = try Data(contentsOf: file)
            bytes[70] = 8
            try bytes.write(to: file)
            let table = RegionTable(
                name: "large",
                regions: [Region(id: 16_777_217, name: "A"), Region(id: 33_554_433, name: "B")])
            let atlas = try Atlas(name: "large", image: NIfTI.open(file), table: table)
            #expect(try atlas.regions(on: squares()).left == ["A", "B", "B", "A"])
        }
    }

    @Test("Schaefer's volume has its names and networks; what is missing is told with what to run")
    func schaeferFromNilearnsFolder() throws {
        try withFolder { folder in
            let data = folder.appending(path: "schaefer_2018")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            let missing = try #require(throws: FormatError.self) {
                try Atlas.schaefer(100, networks: 7, resolution: 2, in: [folder])
            }
            #expect(
                missing.description.contains(
                    "fetch_atlas_schaefer_2018(n_rois=100, yeo_networks=7, resolution_mm=2)"))
            #expect(missing.description.contains(data.path))
            _ = try image(
                data, "Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.nii.gz", { $0 < 15 ? 1 : 100 })
            let lines = (1...100).map {
                "\($0)\t7Networks_\($0 <= 50 ? "LH" : "RH")_\($0 < 90 ? "Vis" : "Default_PFC")_\($0)\t120\t18\t131\t0"
            }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: data.appending(path: "Schaefer2018_100Parcels_7Networks_order.txt"))
            let atlas = try Atlas.schaefer(
                100, networks: 7, resolution: 2, in: [folder.appending(path: "nowhere"), folder])
            #expect(atlas.table.regions.count == 100)
            #expect(try atlas.region(at: [0, 0, 0])?.name == "7Networks_LH_Vis_1")
            let last = try #require(try atlas.region(at: [15, 0, 0]))
            #expect(last.name == "7Networks_RH_Default_PFC_100" && last.group == "Default")
            #expect(last.hemisphere == .right)
            #expect(throws: BrainError.self) { try Atlas.schaefer(150, networks: 7) }
            #expect(throws: BrainError.self) { try Atlas.schaefer(100, networks: 9) }
            #expect(throws: BrainError.self) { try Atlas.schaefer(100, networks: 7, resolution: 3) }
        }
    }

    @Test func coursesAreMeansOfWhatIsFinite() throws {
        let regions = Regions(names: ["a", "b", "a", ""])
        let courses = try regions.meanCourses(of: Matrix<Float>([[1, 5, 3, 9], [.nan, .nan, 4, 9]]))
        #expect(courses["a"] == [2, 4])
        #expect(courses["b"]?.first == 5 && courses["b"]?.last?.isNaN == true && courses.count == 2)
        #expect(throws: BrainError.self) { try regions.meanCourses(of: Matrix<Float>([[1, 2]])) }
    }

    @Test("pixels lie between the vertices' values, and hemispheres beside one another")
    func flatMapOfVertices() throws {
        let surface = try squares()
        let mesh = try surface.mesh(.left, .flat)
        let space = try VoxelSpace(surfaces: [
            SurfaceVertices(.left, mesh), SurfaceVertices(.right, mesh, leavingOut: [1]),
        ])
        let regions = SurfaceRegions(left: ["x", "x", "y", "y"], right: ["z", "z", "z", "z"])
        let mapper = try FlatMapper(surface, of: space, regions: regions, width: 100)
        #expect(mapper.voxelCount == 7 && mapper.width == 100 && mapper.height == 40)
        // The left square's values are the distance from its left edge; the right one's are 7.
        let picture = try mapper.pixels(of: [0, 20, 20, 0, 7, 7, 7])
        for column in 0..<40 {
            #expect(abs(picture[20, column] - (Double(column) + 0.5) / 2) < 1e-4, "\(column)")
        }
        #expect((41..<59).allSatisfy { picture[20, $0].isNaN })
        #expect((61..<99).allSatisfy { abs(picture[10, $0] - 7) < 1e-6 })
        let shown = try mapper.flatMap([0, 20, 20, 0, 7, 7, 7], scoreName: "mm")
        #expect(shown.altText.contains("Flat map"))
        // Without a color map, differences have both signs, as in the other pictures.
        let signed = try mapper.flatMap([0, -20, -20, 0, 7, 7, 7], threshold: 5)
        #expect(signed.altText.contains("at least 5 above or below zero"))
        #expect(signed.style.colorMap?.isDiverging == true && shown.style.colorMap == nil)
    }

    @Test("a grid is read at the vertices; those outside it have no voxel")
    func flatMapOfAGrid() throws {
        let surface = try squares()
        // 2 mm, around the lower half of the squares.
        let shape = [20, 12, 20]
        let space = try VoxelSpace(
            shape: shape, indices: Array(0..<shape.reduce(1, *)),
            affine: [[2, 0, 0, -10], [0, 2, 0, -10], [0, 0, 2, -20]])
        let mapper = try FlatMapper(surface, of: space, width: 100)
        let across = try space.positions().map { $0[0] }
        let picture = try mapper.pixels(of: across)
        // In the face of three vertices the upper one counts for nothing, so that the value does not fade.
        #expect(abs(picture[39, 20] - 10) < 1.5 && abs(picture[39, 35] - 18) < 1.5)
        #expect(throws: BrainError.self) {
            try FlatMapper(surface, of: VoxelSpace(coordinates: [[0, 0, 0]]))
        }
        #expect(throws: BrainError.self) { try FlatMapper(surface, of: space, width: 3) }
        let folded = try CorticalSurface(left: surface.mesh(.left, .pial), right: nil)
        #expect(throws: FigureError.self) { try FlatMapper(folded, of: space) }
    }

    @Test("slices of what lies below stand under the cortex, in its scale")
    func whatLiesBelow() throws {
        let surface = try squares()
        let map = try SurfaceMap(left: [0, 1, 2, 3], right: [0, 0, 0, 0], on: surface, valueTitle: "r")
        let space = try VoxelSpace(
            shape: [8, 8, 8], indices: Array(0..<512),
            affine: [[2, 0, 0, -8], [0, 2, 0, -8], [0, 0, 2, -8]])
        let slices = try space.mosaic((0..<512).map { Double($0) / 512 }, scoreName: "r", count: 3)
        let both = map.adding(below: slices)
        #expect(both.altText.hasPrefix(map.altText) && both.altText.contains("Mosaic"))
        for format in [FigureFormat.png, .svg, .pdf] {
            let (alone, whole) = try (
                map.data(format, width: 17, dpi: 100, font: nil),
                both.data(format, width: 17, dpi: 100, font: nil)
            )
            #expect(whole.count > alone.count, "\(format)")
        }
        let specification = try #require(
            JSONSerialization.jsonObject(with: Data(both.vegaLite.utf8)) as? [String: Any])
        let parts = try #require(specification["vconcat"] as? [[String: Any]])
        #expect(parts.count == 2 && parts.allSatisfy { $0["layer"] != nil })
        #expect(!map.vegaLite.contains("vconcat"))
        let svg = String(decoding: try both.data(.svg, width: 17, dpi: 100, font: nil), as: UTF8.self)
        // The slices have the scale of the cortex, not their own, which ends at 1: it is written once more.
        let alone = String(decoding: try map.data(.svg, width: 17, dpi: 100, font: nil), as: UTF8.self)
        let ends = ["3", "2"].map { ">\($0)<" }.filter(alone.contains)
        #expect(!ends.isEmpty)
        for end in ends {
            #expect(svg.components(separatedBy: end).count > alone.components(separatedBy: end).count)
        }
        #expect(try both.html.contains("Mosaic") && !map.html.contains("Mosaic"))
    }
}
