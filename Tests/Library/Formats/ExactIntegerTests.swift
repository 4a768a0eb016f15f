import Formats
import Foundation
import Tensors
import Testing

@Suite("Integers are read as they are, or refused")
struct ExactIntegerTests {
    /// A `.npy` file of numbers.
    private func array<T>(_ code: String, _ numbers: [T], _ body: (URL) throws -> Void) throws {
        var header = "{'descr': '<\(code)', 'fortran_order': False, 'shape': (\(numbers.count),), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        var data = Data([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(header.utf8.count), 0])
        data += Data(header.utf8) + numbers.withUnsafeBytes { Data($0) }
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.npy")
            try data.write(to: url)
            try body(url)
        }
    }

    private func refused(_ word: String, _ body: () throws -> Void) {
        let error = #expect(throws: FormatError.self) { try body() }
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }

    @Test func listsOfPython() throws {
        let labels = PythonValue.list([.integer(5), .integer(16_777_217), .number(0.1)])
        refused("holds 16777217 as its element 1, which Float cannot hold") { _ = try labels.tensor() }
        #expect(try labels.tensor(as: Double.self).elements == [5, 16_777_217, 0.1])
        refused("element 0") { _ = try PythonValue.list([.integer(1 << 53 + 1)]).tensor(as: Double.self) }
        refused("element 0") { _ = try PythonValue.list([.list([.number(1e300)])]).tensor() }
        let special = try PythonValue.list([.number(.infinity), .number(.nan), .number(0.1)]).tensor()
        #expect(special.elements[0] == .infinity && special.elements[1].isNaN && special.elements[2] == 0.1)
    }

    @Test func labelsBeyondSingleAndDoublePrecision() throws {
        try array("i4", [Int32(5), 16_777_216, 33_554_432]) { (url: URL) throws in
            #expect(try NumPyArray.open(url).tensor().elements == [5, 16_777_216, 33_554_432])
        }
        try array("i4", [Int32(5), -16_777_217]) { (url: URL) throws in
            let array = try NumPyArray.open(url)
            refused("holds -16777217 as its element 1, which Float cannot hold") { _ = try array.tensor() }
            #expect(try array.tensor(as: Double.self).elements == [5, -16_777_217])
            #expect(try array.integers() == [5, -16_777_217])
        }
        try array("u4", [UInt32.max]) { (url: URL) throws in
            refused("4294967295") { _ = try NumPyArray.open(url).tensor() }
        }
        try array("i8", [Int64(1) << 53 + 1]) { (url: URL) throws in
            let array = try NumPyArray.open(url)
            refused("9007199254740993") { _ = try array.tensor(as: Double.self) }
            #expect(try array.integers() == [1 << 53 + 1])
        }
        let large: [UInt64] = [9_223_372_036_854_777_856, 9_223_372_036_854_775_813]
        try array("u8", large) { (url: URL) throws in
            let array = try NumPyArray.open(url)
            refused("9223372036854775813 as its element 1") { _ = try array.tensor(as: Double.self) }
            refused("more than Int can hold") { _ = try array.integers() }
        }
        try array("f8", [1e300]) { (url: URL) throws in
            refused("1e+300") { _ = try NumPyArray.open(url).tensor() }
            #expect(try NumPyArray.open(url).tensor(as: Double.self).elements == [1e300])
        }
    }

    @Test func datasetsOfHDF5() throws {
        let file = try HDF5File.open(fixture("exact.h5"))
        refused("holds 16777217 as its element 1, which Float cannot hold") {
            _ = try file.dataset("labels").tensor()
        }
        #expect(try file.dataset("labels").tensor(as: Double.self).elements == [3, 16_777_217])
        #expect(try file.dataset("labels").integers() == [3, 16_777_217])
        refused("more than Int can hold") { _ = try file.dataset("unsigned").integers() }
        refused("9223372036854775813") { _ = try file.dataset("unsigned").tensor(as: Double.self) }
        refused("9007199254740993") { _ = try file.dataset("long").tensor(as: Double.self) }
        #expect(try file.dataset("long").integers() == [1 << 53 + 1])
        refused("cannot hold") { _ = try file.dataset("double").tensor() }
        #expect(try file.dataset("enumeration").integers() == [0, 1, 300])
        #expect(
            try file.dataset("labels").attributes()["hash"] == .unsigned([UInt64(1) << 63 + 5]))
    }

    @Test func labelsOfImages() throws {
        let image = try NIfTI.open(fixture("labels.nii.gz"))
        refused("614454277") { _ = try image.tensor() }
        refused("614454277") { _ = try image.voxelsByTime(at: [0]) }
        #expect(try image.tensor(as: Double.self).elements.max() == 614_454_277)
    }

    /// A mask's smallest number counts, though single precision has none so small.
    @Test func aMaskOfTinyNumbers() throws {
        #expect(try NIfTI.open(fixture("tiny-mask.nii.gz")).maskIndices() == [1])
    }
}
