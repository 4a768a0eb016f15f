import Formats
import Foundation
import Tensors
import Testing

/// Texts, lists and regions that lie in heaps of HDF5 files (Tests/Oracles/heaps.py).
@Suite("Heaps of HDF5 files")
struct HDF5HeapTests {
    private static let names = ["V1", "Käse", "", "fusiform face area"]

    @Test(arguments: ["heaps.h5", "heaps-latest.h5"])
    func whatLiesInHeapsIsRead(_ name: String) throws {
        let file = try HDF5File.open(fixture("heaps/\(name)"))
        #expect(try file.dataset("names").strings() == Self.names)
        #expect(try file.dataset("pairs").strings() == ["a", "b", "c", "d"])
        #expect(try file.dataset("lists").lists() == [[0, 1, 2], [], (0..<700).map(Double.init)])
        let events = try file.dataset("events").records()
        #expect(try events["onset"].tensor(as: Double.self).elements == [0.5, 1.5])
        #expect(try events["words"].textLists() == [["the", "cat"], []])
        #expect(try events["label"].strings() == ["first", "second"])
        #expect(try events["counts"].lists() == [[0], [0, 1]])
        let attributes = try file.dataset("grid").attributes()
        #expect(attributes["units"]?.string == "percent")
        #expect(attributes["labels"] == .strings(["left", "right"]))
        #expect(
            try file.dataset("virtual-numbers").tensor(as: Double.self).elements.prefix(4) == [0, 1, 2, 3])
        #expect(try file.dataset("virtual-names").strings() == Self.names + Self.names)
    }

    @Test(arguments: ["heaps.h5", "heaps-latest.h5"])
    func regionsAreRead(_ name: String) throws {
        let regions = try HDF5File.open(fixture("heaps/\(name)")).dataset("regions").references()
        #expect(regions.map(\.path) == ["/grid", "/grid", "/grid", nil])
        #expect(regions[0].blocks == [[0..<2, 1..<3]])
        #expect(
            regions[1].blocks == [
                [0..<1, 0..<1], [0..<1, 2..<3], [2..<3, 0..<1], [2..<3, 2..<3],
            ])
        #expect(regions[2].blocks == [[0..<3, 0..<4]])
        #expect(regions[3].blocks == [])
    }

    /// Text that this process has just written may not be in the file yet.
    @Test func whatWasJustWrittenIsRead() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("new.h5")
            try HDF5File.create(url) { file in
                try file.write(Matrix<Float>(rows: 1, columns: 2), to: "x")
                try file.setAttribute("names", to: .strings(Self.names), of: "x")
                #expect(try file.attributes(of: "x")["names"] == .strings(Self.names))
            }
            let file = try HDF5File.open(url, writable: true)
            try file.setAttribute("names", to: .strings(["other"]), of: "x")
            #expect(try file.attributes(of: "x")["names"]?.string == "other")
        }
    }

    @Test("a reference to an object that is not in its heap is an error that names file and dataset")
    func referencesToNothingAreRefused() throws {
        let places = try Places(fixture("heaps/heaps.h5"))
        try withCopies { folder in
            for (change, words) in [
                (Change(place: places.references[0] + 12, bytes: [0x30, 0x75, 0, 0]), "object 30000"),
                (Change(place: places.references[0], bytes: [0xff, 0xff, 0, 0]), "65535"),
                (Change(place: places.references[0] + 4, bytes: [8]), "refers to address"),
            ] {
                let url = try damaged("heaps.h5", change, in: folder)
                let error = #expect(throws: FormatError.self) {
                    for dataset in try HDF5File.open(url).datasets() { try readWhole(dataset, whole: true) }
                }
                let text = error?.description ?? ""
                #expect(text.contains("heaps.h5") && text.contains("is damaged"))
                // The copy of the process that looks at it first may crash already.
                #expect(text.contains(words) || text.contains("crashes the HDF5 library"), "\(text)")
            }
        }
    }

    /// Every reference to a heap, and every object in one, is changed in every way that matters: a number that libhdf5 does
    /// not compare with what is there would end the process. `GYRUS_HDF5_EXAMINE=0` has it without a copy that looks first.
    @Test(arguments: ["heaps.h5", "heaps-latest.h5", "source.h5", "structures.h5"])
    func damagedHeapsNeverTrap(_ name: String) throws {
        let isStructures = name == "structures.h5"
        let original = fixture(isStructures ? "structures/structures.h5" : "heaps/\(name)")
        let places = try Places(original)
        #expect(places.references.count > 3 && places.objects.count > 3)
        let isLong = ProcessInfo.processInfo.environment["GYRUS_SOAK"] != nil
        var refused = 0
        let changes = places.changes.enumerated().filter { isLong || $0.offset % 8 == 0 }.map(\.element)
        try withCopies { folder in
            if isStructures {
                try FileManager.default.copyItem(at: original, to: folder.appendingPathComponent(name))
            }
            for change in changes {
                let url = try damaged(name, change, in: folder)
                do {
                    let opened = name == "source.h5" ? folder.appendingPathComponent("heaps.h5") : url
                    for dataset in try HDF5File.open(opened).datasets() {
                        try readWhole(dataset, whole: false)
                    }
                } catch let error as FormatError {
                    refused += 1
                    #expect(error.description.contains(".h5"))
                }
            }
        }
        #expect(isLong || changes.count > 20)
        #expect(name == "source.h5" || refused > changes.count / 10)
    }

    /// Calls `body` with a folder of copies of the files, which refer to one another.
    private func withCopies(_ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let copies = folder.appendingPathComponent("heaps")
            try FileManager.default.copyItem(at: fixture("heaps"), to: copies)
            try body(copies)
        }
    }

    /// Writes a file with a change in it among the copies.
    private func damaged(_ name: String, _ change: Change, in copies: URL) throws -> URL {
        let folder = name == "structures.h5" ? "structures" : "heaps"
        var bytes = try Data(contentsOf: fixture("\(folder)/\(name)"))
        for (offset, byte) in change.bytes.enumerated() where change.place + offset < bytes.count {
            bytes[change.place + offset] = byte
        }
        let url = copies.appendingPathComponent(name)
        // A new file, since libhdf5 goes on with the old one if something in it did not close.
        try? FileManager.default.removeItem(at: url)
        try bytes.write(to: url)
        return url
    }
}

/// Some bytes of a file that become others.
private struct Change {
    let place: Int
    let bytes: [UInt8]

    init(place: Int, bytes: [UInt8]) { (self.place, self.bytes) = (place, bytes) }

    init(place: Int, _ number: UInt64, size: Int) {
        self.init(place: place, bytes: (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }
}

/// Where a file has heaps, objects in them, and references to them.
private struct Places {
    private(set) var heaps: [Int] = []
    private(set) var objects: [Int] = []
    /// Where the count of a reference's elements is, or what is in its place.
    private(set) var references: [Int] = []

    init(_ url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        func number(_ place: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        heaps = (0..<bytes.count - 16).filter { bytes[$0..<$0 + 4].elementsEqual("GCOL".utf8) }
        for heap in heaps {
            let end = heap + number(heap + 8, 8)
            var place = heap + 16
            while place + 16 <= end {
                objects.append(place)
                guard number(place, 2) > 0 else { break }
                place += 16 + (number(place + 8, 8) + 7) / 8 * 8
            }
        }
        let known = Set(heaps)
        references = (4..<bytes.count - 12).filter { bytes[$0 + 7] < 128 && known.contains(number($0, 8)) }
            .map { $0 - 4 }
    }

    var changes: [Change] {
        var changes: [Change] = []
        let numbers: [UInt64] = [0, 1, 2, 100, 254, 255, 256, 30_000, 65_535]
        let lengths: [UInt64] = [0, 1, 7, 4095, 5000, 1 << 31, 1 << 32 - 1]
        for place in references {
            changes += lengths.map { Change(place: place, $0, size: 4) }
            changes += [1, 8, 4096, 1 << 20, 1 << 40, .max >> 1, .max].map {
                Change(place: place + 4, $0, size: 8)
            }
            changes += (numbers + [1 << 31, 1 << 32 - 1]).map { Change(place: place + 12, $0, size: 4) }
        }
        for place in objects {
            changes += numbers.map { Change(place: place, $0, size: 2) }
            changes += (lengths + [1 << 32, 1 << 62, .max]).map { Change(place: place + 8, $0, size: 8) }
            changes += (0..<24).map { Change(place: place + 16 + $0, bytes: [0xff]) }
        }
        for place in heaps {
            changes += (lengths + [16, 4104, 1 << 62, .max]).map { Change(place: place + 8, $0, size: 8) }
            changes += (0..<5).map { Change(place: place + $0, bytes: [0]) }
        }
        return changes
    }
}
