import Formats
import Foundation
import Testing

/// Surface files that are damaged, or made to do harm: each is refused by a sentence that says what is wrong.
@Suite("Hostile surface files")
struct HostileSurfaceTests {
    private static func gifti(_ inside: String, count: Int = 1, before: String = "") -> String {
        "<?xml version=\"1.0\"?>\n\(before)<GIFTI Version=\"1.0\" NumberOfDataArrays=\"\(count)\">\(inside)</GIFTI>"
    }

    private static func array(
        _ data: String = "1 2 3", encoding: String = "ASCII", type: String = "FLOAT32",
        dims: String = "Dim0=\"3\"",
        rank: String = "1", more: String = "Endian=\"LittleEndian\""
    ) -> String {
        "<DataArray Intent=\"NIFTI_INTENT_NONE\" DataType=\"NIFTI_TYPE_\(type)\" "
            + "ArrayIndexingOrder=\"RowMajorOrder\" Dimensionality=\"\(rank)\" \(dims) Encoding=\"\(encoding)\" \(more)>"
            + "<Data>\(data)</Data></DataArray>"
    }

    private static let laughs =
        "<!DOCTYPE GIFTI [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>\n"
    private static let outside = "<!DOCTYPE GIFTI [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n"

    /// The files, and a word that the sentence must have.
    static let texts: [(String, String)] = [
        (gifti("<MetaData><MD><Name>&c;</Name></MD></MetaData>", before: laughs), "entities"),
        (gifti("<MetaData><MD><Name>&a;</Name></MD></MetaData>", before: outside), "entities"),
        (
            gifti(
                "<MetaData><MD><Name>&a;</Name></MD></MetaData>",
                before: "<!DOCTYPE GIFTI SYSTEM \"http://example.org/gifti.dtd\">\n"), "nothing declares"
        ),
        (gifti(String(repeating: "<x>", count: 100) + String(repeating: "</x>", count: 100)), "64"),
        ("<GIFTI>" + String(repeating: "<x>", count: 100_000), "64"),
        (gifti(array(dims: "Dim0=\"4611686018427387904\"", rank: "1")), "shape"),
        (
            gifti(array(encoding: "Base64Binary", dims: "Dim0=\"9000000\" Dim1=\"9000000\"", rank: "2")),
            "can hold"
        ),
        (gifti(array("AAAA", encoding: "GZipBase64Binary", dims: "Dim0=\"900000000\"")), "can hold"),
        (gifti(array(dims: "Dim0=\"900000000\"")), "can hold"),
        (gifti(array(dims: "Dim0=\"-3\"")), "Dim0"), (gifti(array(dims: "")), "missing"),
        (gifti(array(rank: "7")), "Dimensionality"), (gifti(array(rank: "2")), "Dim1"),
        (gifti(array("1 2")), "3 numbers"), (gifti(array("1 2 3 4")), "3 numbers"),
        (gifti(array("1 2 x")), "\"x\""), (gifti(array("1 2.5 3", type: "INT32")), "\"2.5\""),
        (gifti(array("1 2 300", type: "UINT8")), "\"300\""),
        (gifti(array(String(repeating: "1", count: 100_000) + "x 2 3")), "number 0"),
        (gifti(array("AAAAAAAAAAAAAAAA", encoding: "Base64Binary", dims: "Dim0=\"2\"")), "more"),
        (gifti(array("AAAAAAA", encoding: "Base64Binary", dims: "Dim0=\"3\"")), "cut short"),
        (gifti(array("AAAA!AAA", encoding: "Base64Binary")), "\"!\""),
        (gifti(array("AA==AAAA", encoding: "Base64Binary")), "\"=\""),
        (gifti(array("AAAAAAAA", encoding: "GZipBase64Binary")), "damaged"),
        (gifti(array("eJxjYAADAAAMAAE=AAAA", encoding: "GZipBase64Binary")), "\"=\""),
        (gifti(array("eJxjYA==", encoding: "GZipBase64Binary")), "cut short"),
        (gifti(array(type: "COMPLEX64")), "DataType"), (gifti(array(type: "RGB24")), "DataType"),
        (gifti(array(encoding: "Base85")), "Encoding"),
        (gifti(array("AAAA", encoding: "Base64Binary", dims: "Dim0=\"0\"", more: "")), "Endian"),
        (gifti(array(), count: 3), "NumberOfDataArrays"),
        (gifti(array("", encoding: "ExternalFileBinary")), "ExternalFileName"),
        (
            gifti(
                array(
                    "", encoding: "ExternalFileBinary",
                    more: "Endian=\"BigEndian\" ExternalFileName=\"../../etc/passwd\"")), "same folder"
        ),
        (
            gifti(
                array(
                    "", encoding: "ExternalFileBinary",
                    more: "Endian=\"BigEndian\" ExternalFileName=\"/etc/passwd\"")),
            "same folder"
        ),
        (
            gifti(
                array(
                    "", encoding: "ExternalFileBinary",
                    more: "Endian=\"BigEndian\" ExternalFileName=\"missing.bin\"")),
            "No such file"
        ),
        (gifti("<LabelTable><Label>x</Label></LabelTable>", count: 0), "Key"),
        (gifti("<LabelTable><Label Key=\"1\" Red=\"red\">x</Label></LabelTable>", count: 0), "Red"),
        (gifti("<Data>1 2 3</Data>"), "DataArray"), ("<CIFTI/>", "GIFTI"), ("{}", "JSON"),
        ("<html></html>", "GIFTI"),
        (gifti(array()).replacingOccurrences(of: "</GIFTI>", with: ""), "line"),
        (gifti(array()) + gifti(array()), "junk"),
    ]

    @Test(arguments: texts)
    func aGIFTIFileIsRefused(_ text: String, _ word: String) throws {
        try withFolder { folder in
            let url = folder.appending(path: "x.gii")
            try Data(text.utf8).write(to: url)
            let error = #expect(throws: FormatError.self, "\(text.prefix(200))") { _ = try GIFTI.open(url) }
            #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
            #expect(error?.file.hasPrefix(folder.path) == true)
        }
    }

    @Test func aMeshWhoseFacesNameMissingVerticesIsRefused() throws {
        let url = fixture("surfaces/ascii-big-row.surf.gii")
        let text = try String(contentsOf: url, encoding: .utf8)
        for (from, to, word) in [
            ("0 11 5", "0 12 5", "below 12"), ("0 11 5", "0 -1 5", "at least 0"),
            ("NIFTI_INTENT_TRIANGLE", "NIFTI_INTENT_NONE", "faces"), ("Dim1=\"3\"", "Dim1=\"3\" ", ""),
        ] {
            try withFolder { folder in
                let copy = folder.appending(path: "x.surf.gii")
                try Data(text.replacingOccurrences(of: from, with: to).utf8).write(to: copy)
                if word.isEmpty {
                    _ = try SurfaceMesh.open(copy)
                } else {
                    let error = #expect(throws: FormatError.self) { _ = try SurfaceMesh.open(copy) }
                    #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
                }
            }
        }
    }

    @Test(arguments: [
        "base6-big-row.surf.gii", "packed.surf.gii.gz", "lh.white", "lh.quads", "lh.oldcurv", "lh.one.annot",
        "lh.two.annot", "lh.V1.label", "float32-4-2.mgz", "second-little-int16.nii",
        "grayordinates.dlabel.nii",
    ])
    func anyBytesAreReadOrRefused(_ name: String) throws {
        try fuzz(fixture("surfaces/\(name)"), changes: 200) { url in
            switch name {
            case _ where name.hasSuffix(".annot"): _ = try SurfaceLabels.open(url)
            case _ where name.hasSuffix(".dlabel.nii"): _ = try CIFTI.open(url).labels()
            case _ where name.hasSuffix(".label"): _ = try FreeSurferLabel.open(url)
            case _ where name.contains(".surf.") || name.hasSuffix("quads") || name.hasSuffix("white"):
                _ = try SurfaceMesh.open(url)
            case _ where name.contains("curv"): _ = try SurfaceMaps.open(url)
            case _ where name.contains(".func."): _ = try GIFTI.open(url).maps()
            default: _ = try NIfTI.open(url).tensor(as: Double.self)
            }
        }
    }

    @Test(
        "a surface as curvature, curvature as a surface, an annotation as an image are refused with what they are"
    )
    func theWrongReader() throws {
        for (name, read) in [
            ("lh.white", { _ = try SurfaceMaps.open($0) }), ("lh.curv", { _ = try SurfaceMesh.open($0) }),
            ("lh.two.annot", { _ = try NIfTI.open($0) }), ("lh.curv", { _ = try SurfaceLabels.open($0) }),
            ("lh.white", { _ = try FreeSurferLabel.open($0) }),
            ("lh.two.annot", { _ = try SurfaceMaps.open($0) }),
            ("lh.V1.label", { _ = try SurfaceLabels.open($0) }),
            ("int16-3-3.mgh", { _ = try SurfaceMesh.open($0) }),
            ("int16-3-3.mgh", { _ = try SurfaceLabels.open($0) }),
        ] as [(String, (URL) throws -> Void)] {
            #expect(throws: FormatError.self, "\(name)") { try read(fixture("surfaces/\(name)")) }
        }
    }
}
