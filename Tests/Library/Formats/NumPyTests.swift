import Formats
import Foundation
import Tensors
import Testing

@Suite struct NumPyTests {
    @Test(arguments: NumberType.allCases.filter { $0 != .bfloat16 }, ["stored.npz", "deflated.npz"])
    func everyTypeIsRead(_ type: NumberType, _ file: String) throws {
        let array = try NumPyArchive.open(fixture(file)).array(type.rawValue)
        #expect(array.type == type)
        #expect(array.shape == [2, 3])
        #expect(try array.tensor().elements.map(Double.init) == counting(type, 6))
        #expect(try array.tensor(as: Double.self).elements == counting(type, 6))
    }

    @Test func orderOfBytesAndDimensionsIsMinded() throws {
        let archive = try NumPyArchive.open(fixture("deflated.npz"))
        #expect(try archive.array("big").tensor().elements.map(Double.init) == counting(.float32, 6))
        #expect(try archive.array("bigint").integers() == [-3, -2, -1, 0, 1, 2])
        let fortran = try archive.array("fortran").tensor()
        #expect(fortran.shape == [2, 3, 4])
        #expect(fortran.elements.map(Double.init) == counting(.float32, 24))
        #expect(try archive.array("fortranint").integers() == (0..<24).map { $0 - 3 })
        #expect(try archive.array("scalar").tensor(as: Double.self).elements == [2.5])
        #expect(try archive.array("empty").tensor().shape == [0, 3])
    }

    @Test func versionsOneAndTwoAreRead() throws {
        #expect(
            try NumPyArray.open(fixture("plain.npy")).tensor().matrix.row(3).map(Double.init)
                == Array(counting(.float32, 20)[15...]))
        #expect(
            try NumPyArray.open(fixture("version2.npy")).tensor(as: Double.self).elements
                == counting(.float64, 20))
    }

    @Test func whatHoldsNoNumbersSaysHowItIsRead() {
        let objects = #expect(throws: FormatError.self) {
            try NumPyArray.open(fixture("objects.npy")).tensor()
        }
        #expect(objects?.description.contains("objects of Python, which object() reads") == true)
        let records = #expect(throws: FormatError.self) {
            try NumPyArray.open(fixture("structured.npy")).tensor()
        }
        #expect(records?.description.contains("records()") == true)
        #expect(throws: FormatError.self) { try NumPyArray.open(fixture("stored.npz")) }
        let missing = #expect(throws: FormatError.self) {
            try NumPyArchive.open(fixture("stored.npz")).array("none")
        }
        #expect(missing?.description.contains("has no array \"none\"; it has ") == true)
    }

    @Test func whatIsWrittenIsWhatNumPyWrites() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("copy.npy")
            try NumPyArray.write(NumPyArray.open(fixture("plain.npy")).tensor(), to: url)
            let read = try NumPyArray.open(url)
            #expect(read.shape == [4, 5] && read.type == .float32)
            #expect(try read.tensor().elements.map(Double.init) == counting(.float32, 20))
            #expect(try Data(contentsOf: url).count == Data(contentsOf: fixture("plain.npy")).count)
            try NumPyArray.write(Matrix<Double>(rows: 0, columns: 3), to: url)
            #expect(try NumPyArray.open(url).shape == [0, 3])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["copy.npy"])
        }
    }

    @Test func writingWhereNothingCanBeWrittenLeavesNothing() {
        #expect(throws: FormatError.self) {
            try NumPyArray.write(
                Matrix<Float>(rows: 1, columns: 1), to: fixture("plain.npy").appendingPathComponent("x.npy"))
        }
    }

    @Test func nothingButAFileIsReplaced() throws {
        try withFolder { folder in
            let pipe = folder.appendingPathComponent("x.npy")
            try #require(mkfifo(pipe.path, 0o600) == 0)
            for place in [pipe, folder] {
                let error = #expect(throws: FormatError.self) {
                    try NumPyArray.write(Matrix<Float>(rows: 1, columns: 1), to: place)
                }
                #expect(error?.description.contains("cannot be written: it is a") == true)
            }
            var status = stat()
            let code = stat(pipe.path, &status)
            #expect(code == 0 && status.st_mode & S_IFMT == S_IFIFO)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left == ["x.npy"])
        }
    }

    @Test func aLinkToAFileThatIsNotThereStaysALink() throws {
        try withFolder { folder in
            let link = folder.appendingPathComponent("x.npy")
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "other.npy")
            try NumPyArray.write(Matrix<Float>(rows: 1, columns: 2), to: link)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "other.npy")
            #expect(try NumPyArray.open(folder.appendingPathComponent("other.npy")).shape == [1, 2])
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["other.npy", "x.npy"])
        }
    }

    /// A file of version 1.0 with the given header of at most 255 letters and no data.
    private func withHeader(_ header: String, _ body: (URL) throws -> Void) throws {
        try withHeader(bytes: Array(header.utf8), data: [], body)
    }

    private func withHeader(bytes header: [UInt8], data: [UInt8], _ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.npy")
            var file = Data([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
            file.append(UInt8(header.count))
            file.append(0)
            file.append(contentsOf: header + data)
            try file.write(to: url)
            try body(url)
        }
    }

    /// What numpy.save writes of a field whose name Latin-1 can write.
    @Test func namesOfFieldsBeforeVersionThreeAreInLatin1() throws {
        let name: [UInt8] = [UInt8(ascii: "g"), UInt8(ascii: "r"), 0xf6, 0xdf, UInt8(ascii: "e")]
        let header =
            Array("{'descr': [('".utf8) + name
            + Array("', '<f4')], 'fortran_order': False, 'shape': (1,), }\n".utf8)
        try withHeader(bytes: header, data: [0, 0, 0x80, 0x3f]) { url in
            let sizes = try NumPyArray.open(url).records()["größe"].tensor()
            #expect(sizes.elements == [1])
        }
    }

    @Test func typesThatFitNoMemoryAreErrors() throws {
        let huge = "('<U1000000000', (1000000000,))"
        for type in [
            "[('a', \(huge), (1000000000,))]", "((\(huge), (1000000000,)), (1000000000,))",
            "[('a', '<f8', (1000000000,)), ('b', '<f8', (1000000000,))]",
        ] {
            let header = "{'descr': \(type), 'fortran_order': False, 'shape': (2,), }\n"
            try withHeader(header) { url in
                let error = #expect(throws: FormatError.self) { try NumPyArray.open(url) }
                #expect(error?.description.contains("x.npy: the type of the file") == true)
            }
        }
    }

    @Test(arguments: ["plain.npy", "version2.npy"])
    func damagedArraysNeverTrap(_ name: String) throws {
        try fuzz(fixture(name)) { url in _ = try NumPyArray.open(url).tensor().elements.count }
    }

    @Test(arguments: ["stored.npz", "deflated.npz"])
    func damagedArchivesNeverTrap(_ name: String) throws {
        try fuzz(fixture(name)) { url in
            let archive = try NumPyArchive.open(url)
            for array in archive.names { _ = try archive.array(array).tensor().elements.count }
        }
    }
}
