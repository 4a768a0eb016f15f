import Foundation
import Synchronization

/// Says which type the global variable `name` of the calling cell's module has, so that its value can be released.
///
/// Values that own no memory are not noted.
public func _gyrusHolds<Value>(
    _ name: StaticString, _ value: Value, image: UnsafeRawPointer = #dsohandle
) {
    note(name, Value.self, image) { ValueSize.bytes(of: $0.assumingMemoryBound(to: Value.self).pointee) }
}

/// The same for a value that cannot be copied.
@_disfavoredOverload
public func _gyrusHolds<Value: ~Copyable>(
    _ name: StaticString, _ value: borrowing Value, image: UnsafeRawPointer = #dsohandle
) {
    note(name, Value.self, image) { _ in MemoryLayout<Value>.size }
}

private func note<Value: ~Copyable>(
    _ name: StaticString, _ type: Value.Type, _ image: UnsafeRawPointer,
    size: @escaping @Sendable (UnsafeMutableRawPointer) -> Int
) {
    guard !_isPOD(type) else { return }
    let release: @Sendable (UnsafeMutableRawPointer) -> Void = {
        $0.assumingMemoryBound(to: Value.self).deinitialize(count: 1)
        // Code that reads it in spite of all then stops at once, at an address that is never mapped.
        memset($0, 0, MemoryLayout<Value>.size)
    }
    let storage = VariableStorage(image: UInt(bitPattern: image), release: release, size: size)
    VariableStorage.all.withLock { $0[name.description, default: []].append(storage) }
}

/// A row of `%whos` for a variable that is no longer declared.
public func _gyrusHeld(_ module: StaticString, _ name: StaticString, title: String, users: String)
    -> _GyrusVariable
{
    let (module, name) = (module.description, name.description)
    let storage = VariableStorage.all.withLock { $0[name]?.first { $0.module == module } }
    let bytes = storage.flatMap { storage in storage.address(of: name, in: module).map(storage.size) }
    return _GyrusVariable(
        name: title, type: "", value: "a former value that \(users) may use", bytes: bytes ?? 0)
}

/// Releases the value of a variable that no code can reach any more.
public func _gyrusRelease(_ module: StaticString, _ name: StaticString) {
    let (module, name) = (module.description, name.description)
    let storage = VariableStorage.all.withLock { all -> VariableStorage? in
        guard let place = all[name]?.firstIndex(where: { $0.module == module }) else { return nil }
        return all[name]?.remove(at: place)
    }
    guard let storage, let address = storage.address(of: name, in: module) else { return }
    storage.release(address)
}

/// Where a cell's global variable is, and how its value is released.
private struct VariableStorage: Sendable {
    static let all = Mutex<[String: [VariableStorage]]>([:])

    /// An address in the cell's library.
    let image: UInt
    let release: @Sendable (UnsafeMutableRawPointer) -> Void
    let size: @Sendable (UnsafeMutableRawPointer) -> Int

    /// Linux's RTLD_NOLOAD, which the C module does not export either.
    private static let onlyIfLoaded: Int32 = 4

    private var path: String? {
        // The C module does not export it: GNU's extensions are hidden there.
        typealias Find = @convention(c) (UnsafeRawPointer?, UnsafeMutableRawPointer) -> Int32
        guard let function = dlsym(nil, "dladdr") else { return nil }
        let find = unsafeBitCast(function, to: Find.self)
        // Its answer begins with the path of the file; there are three further pointers.
        var info: (UnsafePointer<CChar>?, UInt, UInt, UInt) = (nil, 0, 0, 0)
        let isFound = withUnsafeMutablePointer(to: &info) { find(UnsafeRawPointer(bitPattern: image), $0) }
        return isFound != 0 ? info.0.map { String(cString: $0) } : nil
    }

    /// The module that the library was made of; they have the same name.
    var module: String? { path.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent } }

    /// The variable's address: that of the symbol which demangles to its name.
    func address(of name: String, in module: String) -> UnsafeMutableRawPointer? {
        guard let path, let library = dlopen(path, RTLD_NOW | Self.onlyIfLoaded) else { return nil }
        defer { dlclose(library) }
        let wanted = "\(module).\(name) : "
        return SymbolTable(of: library)?.address {
            // "vp": a variable itself, not one of its accessors.
            $0.hasPrefix("$s") && $0.hasSuffix("vp") && demangled($0).hasPrefix(wanted)
        }
    }
}

/// A symbol of Swift in the words of its source.
private func demangled(_ symbol: String) -> String {
    typealias Demangle =
        @convention(c) (
            UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
        ) -> UnsafeMutablePointer<CChar>?
    guard let function = dlsym(nil, "swift_demangle") else { return "" }
    let demangle = unsafeBitCast(function, to: Demangle.self)
    guard let text = demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return "" }
    defer { free(text) }
    return String(cString: text)
}

/// The dynamic symbols of a loaded library, as ELF lays them out. Source: System V ABI, chapter 5; glibc's link.h.
private struct SymbolTable {
    /// Where the library was loaded.
    private let base: UnsafeMutableRawPointer
    private let symbols: UnsafeRawPointer
    private let names: UnsafePointer<CChar>
    private let count: Int

    private static let symbolSize = 24
    private enum Tag { static let strings = 5, symbols = 6, gnuHash = 0x6fff_fef5 }

    /// A handle of glibc's `dlopen` is the library's `struct link_map`: its base, its name and its dynamic section.
    init?(of library: UnsafeMutableRawPointer) {
        let map = library.assumingMemoryBound(to: UInt.self)
        guard let base = UnsafeMutableRawPointer(bitPattern: map[0]),
            let section = UnsafePointer<UInt>(bitPattern: map[2])
        else { return nil }
        var found: [Int: UInt] = [:]
        var entry = section
        while entry[0] != 0 {
            found[Int(entry[0])] = entry[1]
            entry += 2
        }
        guard let symbols = found[Tag.symbols].flatMap(UnsafeRawPointer.init(bitPattern:)),
            let names = found[Tag.strings].flatMap(UnsafePointer<CChar>.init(bitPattern:)),
            let hash = found[Tag.gnuHash].flatMap(UnsafeRawPointer.init(bitPattern:))
        else { return nil }
        self.base = base
        self.symbols = symbols
        self.names = names
        count = Self.count(of: hash)
    }

    /// How many symbols there are: one more than the last that the hash table leads to.
    private static func count(of hash: UnsafeRawPointer) -> Int {
        func word(_ offset: Int) -> Int { Int(hash.load(fromByteOffset: offset, as: UInt32.self)) }
        let (buckets, first, filters) = (word(0), word(4), word(8))
        let table = 16 + filters * 8
        var last = (0..<buckets).map { word(table + $0 * 4) }.max() ?? 0
        guard last >= first else { return first }
        let chains = table + buckets * 4
        // The lowest bit marks the end of a chain.
        while word(chains + (last - first) * 4) & 1 == 0 { last += 1 }
        return last + 1
    }

    /// The address of the first symbol that is wanted.
    func address(where isWanted: (String) -> Bool) -> UnsafeMutableRawPointer? {
        for index in 0..<count {
            let symbol = symbols + index * Self.symbolSize
            let value = Int(symbol.load(fromByteOffset: 8, as: UInt64.self))
            guard value != 0, isWanted(String(cString: names + Int(symbol.load(as: UInt32.self)))) else {
                continue
            }
            return base + value
        }
        return nil
    }
}
