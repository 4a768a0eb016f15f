import Formats
import Foundation
import Tensors
import Testing

/// Attributes of HDF5 files (Tests/Oracles/attributes.py), whole and damaged.
@Suite("Attributes of HDF5 files")
struct HDF5AttributeTests {
    @Test(arguments: ["attributes.h5", "attributes-latest.h5"])
    func attributesOfAllKindsAreRead(_ name: String) throws {
        let file = try HDF5File.open(fixture("attributes/\(name)"))
        let few = try file.attributes(of: "few")
        #expect(few["units"]?.string == "percent")
        #expect(few["onset"]?.number == 1.5)
        #expect(few["shape"] == .integers([1, 2, 3, 4, 5, 6]))
        #expect(few["flag"]?.integer == 1)
        #expect(few["pairs"] == .integers([1, 2, 3, 4]))
        #expect(few["fixed"]?.string == "V1")
        #expect(few["names"] == .strings(["left", "right"]))
        // What has no value, is a record or a reference is left out.
        #expect(few.count == 7)
        let many = try file.attributes(of: "many")
        for index in 0..<60 { #expect(many["number \(index)"]?.integer == index) }
        if name == "attributes-latest.h5" {
            #expect(many["large"] == .numbers((0..<1000).map(Double.init)))
        }
    }

    /// A change at an offset from the name of an attribute, and the words for it.
    struct Damage: CustomTestStringConvertible {
        let name: String
        let offset: Int
        let bytes: [UInt8]
        let words: String

        init(_ name: String, _ offset: Int, _ bytes: [UInt8], _ words: String) {
            (self.name, self.offset, self.bytes, self.words) = (name, offset, bytes, words)
        }

        var testDescription: String { "\(name), \(offset): \(bytes)" }
    }

    /// Behind the name, which takes a multiple of eight bytes, are the type and the shape.
    @Test(
        "damage of an attribute is told with the file, the object and the attribute",
        arguments: [
            Damage("pairs", -8, [9], "an attribute of \"/few\" has a description of version 9"),
            Damage("pairs", -6, [5], "an attribute of \"/few\" has a name that does not end"),
            Damage(
                "pairs", -6, [0xff, 0xff], "an attribute of \"/few\" has a part that goes beyond its end"),
            Damage("pairs", -4, [8], "attribute \"pairs\" of \"/few\" has a type that goes beyond its end"),
            Damage("pairs", 8, [0x70], "attribute \"pairs\" of \"/few\" has a type of version 7"),
            Damage("pairs", 8, [0x1f], "attribute \"pairs\" of \"/few\" has a type of no kind"),
            Damage("pairs", 12, [0], "attribute \"pairs\" of \"/few\" has a type of no kind, or of no bytes"),
            Damage("pairs", 18, [64], "attribute \"pairs\" of \"/few\" has a type whose parts do not fit"),
            Damage("pairs", 25, [33], "attribute \"pairs\" of \"/few\" has a shape of 33 dimensions"),
            Damage("pairs", 32, [200], "attribute \"pairs\" of \"/few\" claims 400 times 2 bytes"),
            Damage(
                "pairs", 32, [0, 0, 0, 0, 0, 0, 0, 0x80],
                "attribute \"pairs\" of \"/few\" has a shape of too many elements"),
            Damage("event", 12, [8], "attribute \"event\" of \"/few\" has a type whose parts do not fit"),
            Damage("event", 9, [9], "attribute \"event\" of \"/few\" has a type"),
        ])
    func damageIsTold(_ damage: Damage) throws {
        var data = try Data(contentsOf: fixture("attributes/attributes.h5"))
        let name = try #require(data.range(of: Data("\(damage.name)\0\0\0".utf8)))
        for (index, byte) in damage.bytes.enumerated() {
            data[name.lowerBound + damage.offset + index] = byte
        }
        try withFolder { folder in
            let url = folder.appendingPathComponent("attributes.h5")
            try data.write(to: url)
            let error = #expect(throws: FormatError.self) {
                _ = try HDF5File.open(url).attributes(of: "/few")
            }
            let text = error?.description ?? ""
            #expect(text.contains("attributes.h5") && text.contains(damage.words), "\(text)")
            #expect(text.contains("damaged"), "\(text)")
        }
    }

    /// Blocks of the heap in which many attributes lie, and of the tree of their names.
    @Test(
        "damage of attributes in a heap is an error that names the object",
        arguments: ["FRHP", "FHIB", "FHDB", "BTHD", "BTIN", "BTLF"])
    func damageOfHeapsIsTold(_ signature: String) throws {
        let data = try Data(contentsOf: fixture("attributes/attributes-latest.h5"))
        // The last of its kind belongs to the object that has more.
        let block = try #require(data.range(of: Data(signature.utf8), options: .backwards))
        try withFolder { folder in
            for offset in [0, 9, 20] {
                let url = folder.appendingPathComponent("\(offset).h5")
                var copy = data
                copy[block.lowerBound + offset] ^= 0x5a
                try copy.write(to: url)
                let error = #expect(throws: FormatError.self) {
                    let file = try HDF5File.open(url)
                    _ = try file.attributes(of: "/few")
                    _ = try file.attributes(of: "/many")
                }
                let text = error?.description ?? ""
                #expect(
                    text.contains("damaged") && (text.contains("/many") || text.contains("/few")), "\(text)")
            }
        }
    }

    /// libhdf5 frees what it never made of the attributes beside one that it cannot read.
    @Test(arguments: [
        "attributes/attributes.h5", "../../Tables/Fixtures/pandas/fixed.h5",
        "../../Tables/Fixtures/pandas/table.h5", "../../Tables/Fixtures/pandas/columns.h5",
    ])
    func damagedAttributesNeverTrap(_ name: String) throws {
        let data = try Data(contentsOf: fixture(name))
        // Where a header of the first version has an attribute of the first version.
        let places = (0..<data.count - 80).filter {
            data[$0] == 12 && data[$0 + 1] == 0 && data[$0 + 5] == 0 && data[$0 + 8] == 1 && data[$0 + 9] == 0
        }
        #expect(places.count > 4)
        let changes = places.flatMap { place in (2..<72).map { place + $0 } }
        let isLong = ProcessInfo.processInfo.environment["GYRUS_SOAK"] != nil
        var refused = 0
        let step = isLong ? 3 : max(1, changes.count / 120)
        try withFolder { folder in
            for (number, place) in stride(from: 0, to: changes.count, by: step).map({ changes[$0] })
                .enumerated()
            {
                let url = folder.appendingPathComponent("\(number)")
                var copy = data
                copy[place] = [0, 1, 0x7f, 0xff, copy[place] ^ 4, copy[place] &+ 1][number % 6]
                try copy.write(to: url)
                do { try readAttributes(of: "/", in: HDF5File.open(url)) } catch is FormatError {
                    refused += 1
                }
                try FileManager.default.removeItem(at: url)
            }
        }
        #expect(refused > 5)
    }

    private func readAttributes(of path: String, in file: HDF5File) throws {
        _ = try file.attributes(of: path)
        guard let members = try? file.members(of: path) else { return }
        for name in members { try readAttributes(of: (path == "/" ? "" : path) + "/" + name, in: file) }
    }
}
