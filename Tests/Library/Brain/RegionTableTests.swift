import Brain
import Formats
import Foundation
import Testing

@Suite("Tables of regions in files")
struct RegionTableTests {
    private func table(_ text: String, _ name: String) throws -> RegionTable {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appending(path: name))
        return try RegionTable.open(folder.appending(path: name))
    }

    private static let probabilistic = """
        <?xml version="1.0"?><atlas><header><name>x</name><type>Probabalistic</type></header><data>
        <label index="0" x="48" y="94" z="35">V1</label><label index="6">V4</label></data></atlas>
        """
    private static let deterministic = """
        <atlas><header><type>Label</type></header><data><label index="0">Unclassified none</label>
        <label index="1">V1</label><label index="7">V4</label></data></atlas>
        """
    private static let aal = """
        <atlas><data><label><index>1</index><name>V1</name></label>
        <label><index>7</index><name>V4</name></label></data></atlas>
        """

    static let forms: [(String, String)] = [
        ("index\tname\n0\tUnknown\n1\tV1\n7\tV4\n", "a.tsv"),
        ("\u{feff}index\tname\r\n1\tV1\r\n7\tV4", "a.tsv"),
        ("id,label\n1,V1\n7,V4", "a.csv"), ("\"Index\",\"Name\"\n\"1\",\"V1\"\n\"7\",\"V4\"", "a.csv"),
        ("# a look-up table\n0 Unknown 0 0 0 0\n1 V1 25 5 25 0\n\n  7\tV4  0 0 0 0\n", "a.ctab"),
        (
            "# ITK-SnAP Label Description File\n    0     0    0    0        0  0  0    \"Clear Label\"\n"
                + "    1   255    0    0        1  1  1    \"V1\"\n    7     0  255    0      0.5  1  1    \"V4\"\n",
            "drawn.txt"
        ),
        ("\u{feff}1 V1\r\n7 V4\r\n", "b.ctab"),
        ("1 V1 2001\n7 V4 2002\n", "aal.nii.txt"),
        ("0 Unknown\n1 V1\n7 V4", "NSD.mgz.ctab"), ("{\"1\": \"V1\", \"7\": \"V4\"}", "a.json"),
        ("{\"V1\": 1, \"V4\": 7}", "a.json"),
        ("[\"\", \"V1\", \"\", \"\", \"\", \"\", \"\", \"V4\"]", "a.json"),
        ("[{\"index\": 1, \"name\": \"V1\"}, {\"index\": 7, \"name\": \"V4\"}]", "a.json"),
        (probabilistic, "a.xml"), (deterministic, "label.xml"), (aal, "AAL.xml"),
    ]

    @Test(arguments: forms)
    func everyFormSaysTheSame(_ text: String, _ name: String) throws {
        let regions = try table(text, name).regions.filter { $0.id != 0 }
        #expect(regions.map(\.id) == [1, 7] && regions.map(\.name) == ["V1", "V4"], "\(text)")
    }

    @Test func colorsGroupsAndSides() throws {
        let bids = try table("index\tname\tcolor\n1\tV1\t#ff8000\n", "x_dseg.tsv")
        #expect(bids.regions[0].color == SIMD4<Float>(255, 128, 0, 255) / 255)
        let latin1 = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).txt")
        try Data([0x31, 0x20, 0x53, 0xfc, 0x64, 0x0a]).write(to: latin1)
        defer { try? FileManager.default.removeItem(at: latin1) }
        #expect(try RegionTable.open(latin1).regions.map(\.name) == ["Süd"])
        let freeSurfer = try table("2 ctx area 255 0 51 0\n", "FreeSurferColorLUT.txt")
        #expect(
            freeSurfer.regions[0].name == "ctx area" && freeSurfer.regions[0].color == SIMD4(1, 0, 0.2, 1))
        let numbered = try table("1 Area 17\n2 Area 18\n", "own.txt")
        #expect(numbered.regions.map(\.name) == ["Area 17", "Area 18"])
        let drawn = try table("0 0 0 0 0 0 0 \"Clear Label\"\n3 0 51 0 0.5 1 1 \"left IT\"\n", "itk.txt")
        #expect(drawn.regions == [Region(id: 3, name: "left IT", color: SIMD4(0, 0.2, 0, 0.5))])
        let both = try table(
            "id,label,hemisphere,structure\n1,insula,L,cortex\n2,insula,R,cortex\n3,stem,B,sub", "x.csv")
        #expect(both.regions.map(\.name) == ["insula_L", "insula_R", "stem"])
        #expect(both.regions.map(\.group) == ["cortex", "cortex", "sub"])
        let file = SpaceKindTests.file("lh.two.annot")
        #expect(try RegionTable.open(file).regions.map(\.name).contains("bankssts"))
    }

    static let wrong: [(String, String, String)] = [
        ("index\tname\n1\tV1\n1\tV2\n", "a.tsv", "V1 and V2"), ("a\tb\n1\tV1\n", "a.tsv", "columns"),
        ("index\tname\nx\tV1\n", "a.tsv", "\"x\""), ("", "b.ctab", "empty"), ("V1 1\n", "b.ctab", "line 1"),
        ("5", "c.json", "JSON"), ("{\"a\": \"b\"}", "c.json", "JSON"),
        ("<atlas><label>V1</label></atlas>", "d.xml", "index"), ("<atlas>", "d.xml", "XML"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><atlas/>", "d.xml", "entities"),
        ("<atlas></atlas>", "d.xml", "region"),
        ("index\tname\tcolor\n1\tV1\t#zz0000\n", "a.tsv", "#zz0000"),
    ]

    @Test(arguments: wrong)
    func whatIsNoTableIsRefused(_ text: String, _ name: String, _ word: String) throws {
        do {
            _ = try table(text, name)
            Issue.record("\(text) was read")
        } catch {
            #expect("\(error)".contains(word), "\(error)")
        }
    }

    @Test("Schaefer's atlas in a number that nobody published is refused before anything is looked for")
    func numbersOfParcels() {
        let error = #expect(throws: BrainError.self) { try Atlas.schaefer(123) }
        #expect(error?.description.contains("100, 200, 300, 400, 1000") == true)
    }
}
