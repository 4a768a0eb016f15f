import Foundation

/// The heaps of a file in which texts, lists and region references lie ("global heap collections").
///
/// libhdf5 1.10 does not compare the numbers of objects, nor their lengths, with what is there: a damaged one has it read
/// from anywhere. So what it is about to read is looked for here first.
final class HDF5Heap {
    struct Object {
        let address: UInt64
        let count: Int
        /// At address 0 there is no object.
        static let none = Object(address: 0, count: 0)
    }

    let file: HDF5RawFile
    /// The objects of each heap by their numbers; number 0 is free space.
    private var heaps: [UInt64: [Object]] = [:]
    /// The heap that was looked at last; elements beside one another mostly lie in the same.
    private var last: [Object] = []
    private var lastAddress: UInt64 = 0

    init(_ file: HDF5RawFile) { self.file = file }

    /// How many bytes a reference to an object has: an address and a number.
    var referenceSize: Int { file.addressSize + 4 }

    /// The object that a reference leads to. Throws `FormatError` with `what` in it if there is none.
    func object(_ address: UInt64, _ number: Int, _ what: () -> String) throws -> Object {
        if lastAddress != address {
            last = try heap(address, what)
            lastAddress = address
        }
        guard number > 0, number < last.count, last[number].address != 0 else {
            throw FormatError(
                file.url,
                "is damaged: \(what()) refers to object \(number) of the heap at address \(address), which has no such object"
            )
        }
        return last[number]
    }

    /// The bytes of an object, which are there until something else is read.
    func bytes(of object: Object) throws -> UnsafeRawBufferPointer {
        guard let bytes = try file.read(object.address, object.count) else {
            throw FormatError(file.url, cannot: "read")
        }
        return bytes
    }

    private func heap(_ address: UInt64, _ what: () -> String) throws -> [Object] {
        if let known = heaps[address] { return known }
        let objects = try readHeap(address, what)
        // Those that were looked at long ago are hardly needed again.
        if heaps.count >= 1 << 12 { heaps = [:] }
        heaps[address] = objects
        return objects
    }

    /// Source: HDF5 file format specification 3.0, section III.E.
    private func readHeap(_ address: UInt64, _ what: () -> String) throws -> [Object] {
        let headSize = aligned(8 + file.lengthSize)
        func damaged(_ how: String) -> FormatError {
            FormatError(file.url, "is damaged: \(what()) refers to address \(address), \(how)")
        }
        guard let head = try file.read(address, headSize), head.prefix(5).elementsEqual([71, 67, 79, 76, 1])
        else {
            throw damaged("where no heap is")
        }
        let claimed = head.number(at: 8, file.lengthSize)
        guard let size = Int(exactly: claimed), size >= headSize, size <= file.bytes(after: address) ?? 0
        else {
            throw damaged("where a heap claims \(claimed) bytes")
        }
        var objects: [Object] = []
        objects.reserveCapacity(min(size / (2 * headSize), 1 << 16))
        var place = headSize
        while place + headSize <= size {
            guard let head = try file.read(address + UInt64(place), headSize) else {
                throw FormatError(file.url, cannot: "read")
            }
            let number = Int(head.number(at: 0, 2))
            let length = head.number(at: 8, file.lengthSize)
            let room = size - place - (number == 0 ? 0 : headSize)
            guard let count = Int(exactly: length), count <= room, number > 0 || count > 0 else {
                throw damaged("where a heap has an object \(number) of \(length) bytes in \(room)")
            }
            while objects.count <= number { objects.append(.none) }
            if number > 0 {
                objects[number] = Object(address: address + UInt64(place + headSize), count: count)
            }
            place += number == 0 ? count : headSize + aligned(count)
        }
        return objects
    }

    private func aligned(_ count: Int) -> Int { (count + 7) / 8 * 8 }
}
