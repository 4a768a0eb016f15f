/// Notes that top-level item `item` of the cell begins; the kernel then knows which variables a stopped cell has.
public func _gyrusReached(_ item: Int32) { Runner.reached(item) }
