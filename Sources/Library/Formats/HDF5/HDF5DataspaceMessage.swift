/// A dataspace as a header describes it, looked at before libhdf5 1.10 takes it apart.
///
/// Source: HDF5 file format specification 3.0, section IV.A.2.b.
enum HDF5DataspaceMessage {
    private static let rankLimit = 32

    /// How many elements a dataspace has. Throws `HDF5MessageDamage` if it cannot be as it says.
    static func count(_ reader: inout HDF5MessageReader, lengthSize: Int) throws -> UInt64 {
        let (version, rank, flags) = (try reader.small(1), try reader.small(1), try reader.next(1))
        guard (1...2).contains(version) else { throw HDF5MessageDamage("a shape", version: version) }
        guard rank <= rankLimit else { throw HDF5MessageDamage("has a shape of \(rank) dimensions") }
        // 0 is a scalar, 1 has extents, and 2 has no elements.
        let kind = try reader.next(1)
        if version == 1 { try reader.skip(4) }
        guard version == 1 || kind == 1 || (kind == 0 || kind == 2) && rank == 0 else {
            throw HDF5MessageDamage("has a shape of no kind")
        }
        var count: UInt64 = 1
        for _ in 0..<rank {
            let (product, overflow) = count.multipliedReportingOverflow(by: try reader.next(lengthSize))
            guard !overflow else { throw HDF5MessageDamage("has a shape of too many elements") }
            count = product
        }
        if flags & 1 != 0 { try reader.skip(rank * lengthSize) }
        return version == 2 && kind == 2 ? 0 : count
    }
}
