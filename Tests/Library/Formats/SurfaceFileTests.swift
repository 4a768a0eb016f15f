import Formats
import Foundation
import Tensors
import Testing

/// Surfaces and numbers on them in every form (Tests/Oracles/surfaces.py), as nibabel reads them.
@Suite("Surface files")
struct SurfaceFileTests {
    struct Expected: Decodable {
        struct Array: Decodable {
            let intent: String
            let shape: [Int]
            let metadata: [String: String]
            let values: [Double]
            let type: String
        }
        let metadata: [String: String]?
        let arrays: [Array]?
        let vertices: [Double]?
        let faces: [Int]?
        let center: [Float]?
        let values: [Double]?
        let keys: [Int]?
        let names: [String]?
        let colors: [[Float]]?
        let shape: [Int]?
        let affine: [Double]?
        let time: Double?
    }

    static func expected() throws -> [String: Expected] {
        let data = try Data(contentsOf: file("expected.json"))
        // The labels have numbers and texts in one list; they are compared below.
        return try JSONDecoder().decode([String: Expected].self, from: data)
    }

    static func file(_ name: String) -> URL { fixture("surfaces/\(name)") }

    @Test("every encoding, order and type of GIFTI has nibabel's numbers, to the last bit")
    func arrays() throws {
        var compared = 0
        for (name, expected) in try Self.expected() {
            guard let arrays = expected.arrays else { continue }
            let gifti = try GIFTI.open(Self.file(name))
            #expect(gifti.metadata == expected.metadata, "\(name)")
            #expect(gifti.arrays.count == arrays.count, "\(name)")
            for (array, right) in zip(gifti.arrays, arrays) {
                #expect(array.intent == right.intent && array.shape == right.shape, "\(name)")
                #expect(array.metadata == right.metadata && array.type.rawValue == right.type, "\(name)")
                #expect(try array.tensor(as: Double.self).elements == right.values, "\(name) \(right.type)")
            }
            compared += 1
        }
        #expect(compared >= 23)
    }

    @Test("meshes are nibabel's, by path and by URL, of GIFTI and of FreeSurfer, old and new")
    func meshes() throws {
        let expected = try Self.expected()
        for (name, right) in expected where name.contains(".surf.gii") {
            let arrays = try #require(right.arrays)
            let mesh = try SurfaceMesh.open(Self.file(name))
            #expect(mesh.vertices.flatMap { [Double($0.x), Double($0.y), Double($0.z)] } == arrays[0].values)
            #expect(mesh.faces.flatMap { [Double($0.x), Double($0.y), Double($0.z)] } == arrays[1].values)
            #expect(try SurfaceMesh.open(Self.file(name).path) == mesh)
        }
        for (name, right) in expected {
            guard let vertices = right.vertices else { continue }
            let mesh = try SurfaceMesh.open(Self.file(name))
            #expect(
                mesh.vertices.flatMap { [Double($0.x), Double($0.y), Double($0.z)] } == vertices, "\(name)")
            #expect(mesh.faces.flatMap { [Int($0.x), Int($0.y), Int($0.z)] } == right.faces, "\(name)")
            let surface = try FreeSurferSurface.open(Self.file(name))
            #expect(surface.center.map { [$0.x, $0.y, $0.z] } == right.center, "\(name)")
        }
        let white = try FreeSurferSurface.open(Self.file("lh.white"))
        let moved = try white.meshInScannerSpace().vertices[0] - white.mesh.vertices[0]
        #expect(abs(moved.x - 5.399) < 1e-5 && abs(moved.y - 18) < 1e-5)
        #expect(white.comment == "created by somebody")
        #expect(throws: FormatError.self) {
            try FreeSurferSurface.open(Self.file("lh.plain")).meshInScannerSpace()
        }
    }

    @Test func coordinateSystemsAreKept() throws {
        let array = try GIFTI.open(Self.file("ascii-big-row.surf.gii")).arrays[0]
        let system = try #require(array.coordinateSystems.first)
        #expect(array.coordinateSystems.count == 1 && system.dataSpace == "NIFTI_XFORM_UNKNOWN")
        #expect(system.transformedSpace == "NIFTI_XFORM_TALAIRACH")
        #expect(system.transform.elements == [1.5, 0, 0, -3, 0, 2, 0, 1e-3, 0, 0, 1, 0, 0, 0, 0, 1])
    }

    @Test func mapsAreRowsWhateverTheFile() throws {
        let expected = try Self.expected()
        let run = try SurfaceMaps.open(Self.file("runs.func.gii"))
        #expect(run.names == ["t0", "t1", "t2", "t3", "t4"])
        #expect(run.values.elements.map(Double.init) == expected["runs.func.gii"]?.arrays?.flatMap(\.values))
        let maps = try SurfaceMaps.open(Self.file("two-dimensional.func.gii"))
        let right = try #require(expected["two-dimensional.func.gii"]?.arrays?.first)
        #expect(maps.values.rows == 3 && maps.names == ["", "", ""])
        #expect(maps.values.transposed().elements.map(Double.init) == right.values)
        for name in ["lh.curv", "lh.oldcurv"] {
            let curvature = try SurfaceMaps.open(Self.file(name))
            #expect(curvature.values.elements.map(Double.init) == expected[name]?.values, "\(name)")
        }
        let vectors = try SurfaceMaps.open(Self.file("float32-4-12.mgz"))
        let image = try #require(expected["float32-4-12.mgz"]?.values)
        #expect(vectors.values.transposed().elements.map(Double.init) == image)
        #expect(throws: FormatError.self) { try SurfaceMaps.open(Self.file("float32-4-2.mgz")) }
        #expect(throws: FormatError.self) { try SurfaceMaps.open(Self.file("packed.surf.gii.gz")) }
    }

    @Test func annotationsAndLabelTablesAreNibabels() throws {
        let expected = try Self.expected()
        for name in ["lh.one.annot", "lh.two.annot"] {
            let right = try #require(expected[name])
            let labels = try SurfaceLabels.open(Self.file(name))
            #expect(labels.keys == right.keys, "\(name)")
            #expect(labels.labels.map(\.name) == right.names)
            for (label, color) in zip(labels.labels, right.colors ?? []) {
                #expect(label.color == SIMD4(color[0], color[1], color[2], 255 - color[3]) / 255)
            }
        }
        let labels = try SurfaceLabels.open(Self.file("regions.label.gii"))
        #expect(labels.keys == [0, 1, 1, 2, 2, 2, 35, 35, 0, 1, 2, 35])
        #expect(labels.labels.map(\.name) == ["???", "superior temporal", "V1 & V2", "insula"])
        #expect(labels.labels[1].color == SIMD4(0.2, 0.4, 0.6, 1) && labels.labels[3].color == nil)
        #expect(labels.name(ofVertex: 6) == "insula" && labels.name(ofVertex: 12) == nil)
        #expect(try SurfaceLabels.open(Self.file("index.label.gii")) == labels)
        let drawn = try FreeSurferLabel.open(Self.file("lh.V1.label"))
        #expect(
            drawn.vertices == expected["lh.V1.label"]?.keys && drawn.values == expected["lh.V1.label"]?.values
        )
        #expect(drawn.positions[0] == SIMD3(-12.5, -90.25, 3.125))
    }

    @Test func imagesOfFreeSurferAndOfNIfTI2AreNibabels() throws {
        var compared = 0
        for (name, right) in try Self.expected() {
            guard let shape = right.shape, let affine = right.affine, let values = right.values else {
                continue
            }
            let image = try NIfTI.open(Self.file(name))
            #expect(image.shape == shape, "\(name)")
            #expect(zip(image.affine.elements, affine).allSatisfy { abs($0 - $1) < 1e-6 }, "\(name)")
            if name.contains(".mg") { #expect(image.affine.elements == affine, "\(name)") }
            #expect(image.repetitionTime == (shape.count > 3 ? right.time : nil), "\(name)")
            #expect(try image.tensor(as: Double.self).elements == values, "\(name)")
            compared += 1
        }
        #expect(compared == 12)
    }

    @Test("what is written is read back, and by nibabel (Tests/Conformance/test_surface_files.py)")
    func writing() throws {
        let values = Matrix<Float>([[1.5, -2, .pi], [0, .infinity, 1e-40]])
        let maps = try SurfaceMaps(names: ["a < b & \"c\"", ""], values: values)
        let labels = SurfaceLabels(
            keys: [0, 7, 7],
            labels: [
                SurfaceLabel(key: 0, name: "none", color: SIMD4(0, 0, 0, 0)),
                SurfaceLabel(key: 7, name: "ä & ö"),
            ])
        let mesh = try SurfaceMesh.open(Self.file("lh.white"))
        try withFolder { folder in
            for name in ["maps.func.gii", "maps.func.gii.gz"] {
                let url = folder.appending(path: name)
                try maps.write(to: url, hemisphere: .left)
                #expect(try SurfaceMaps.open(url) == maps)
            }
            let written = try GIFTI.open(folder.appending(path: "maps.func.gii"))
            #expect(written.metadata == ["AnatomicalStructurePrimary": "CortexLeft"])
            try labels.write(to: folder.appending(path: "x.label.gii"), hemisphere: .right)
            #expect(try SurfaceLabels.open(folder.appending(path: "x.label.gii")) == labels)
            try mesh.write(to: folder.appending(path: "x.surf.gii"))
            #expect(try SurfaceMesh.open(folder.appending(path: "x.surf.gii")) == mesh)
            #expect(throws: FormatError.self) {
                try SurfaceLabels(keys: [1 << 40], labels: []).write(
                    to: folder.appending(path: "y.label.gii"))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "y.label.gii").path))
            // What its own reader would refuse, or take for another label.
            for (table, word) in [
                ([SurfaceLabel(key: 1, name: "V1", color: SIMD4(.nan, 0, 0, 1))], "finite"),
                ([SurfaceLabel(key: 1, name: "V1"), SurfaceLabel(key: 1, name: "V2")], "\"V1\" and \"V2\""),
            ] {
                let error = #expect(throws: FormatError.self) {
                    try SurfaceLabels(keys: [1], labels: table).write(
                        to: folder.appending(path: "y.label.gii"))
                }
                #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
            }
            // FreeSurfer and nibabel know files by their names.
            for name in ["lh.r2.mgh", "lh.curv", "x.gii.bz2", "x.dscalar.nii"] {
                let error = #expect(throws: FormatError.self) {
                    try maps.write(to: folder.appending(path: name))
                }
                #expect(error?.description.contains(".gii.gz") == true)
            }
            #expect(throws: FormatError.self) {
                try maps.write(to: folder.appending(path: "x.func.gii"), repetitionTime: -2)
            }
            #expect(throws: FormatError.self) { try mesh.write(to: folder.appending(path: "lh.pial")) }
            #expect(throws: FormatError.self) { try labels.write(to: folder.appending(path: "lh.annot")) }
        }
    }
}
