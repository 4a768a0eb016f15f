import Display

extension Matrix: MemoryHolder {
    package var heldBytes: Int { count * MemoryLayout<Element>.stride }
}

extension Tensor: MemoryHolder {
    package var heldBytes: Int { count * MemoryLayout<Element>.stride }
}
