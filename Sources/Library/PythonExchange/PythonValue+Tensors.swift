import Tensors

/// The memory of a matrix or tensor is written as it lies, and read in place.
extension Matrix: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        try Tensor(self).node(in: &writer)
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Matrix {
        let tensor = try Tensor<Element>.value(of: node, in: file)
        guard tensor.rank == 2 else {
            throw ExchangeError("Python's array has the shape \(tensor.shape), no matrix's")
        }
        return tensor.matrix
    }
}

extension Tensor: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("array")
        node.dtype = try dtype(of: Element.self)
        node.shape = shape
        node.offset = writer.add(
            UnsafeRawBufferPointer(start: storage.base, count: count * MemoryLayout<Element>.stride),
            of: storage)
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Tensor {
        let numbers = try file.numbers(node, as: Element.self, dtype: dtype(of: Element.self))
        guard let base = numbers.baseAddress else { return Tensor(shape: node.shape ?? []) }
        return Tensor(shape: node.shape ?? [], storage: Storage(borrowing: base, from: file))
    }
}

private func dtype<Element>(of type: Element.Type) throws -> String {
    guard let number = type as? any PythonNumber.Type else {
        throw ExchangeError("a matrix of \(type) is none of NumPy's")
    }
    return number.dtype
}
